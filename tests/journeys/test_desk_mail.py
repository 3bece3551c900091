"""Mails at the desk: how a bulletin's mail looks before it is signed, a preview to oneself, the look of all mails."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distributor.access import AccessRole
from distributor.model.canonical import digest_bytes
from distributor.model.recipient import Contact, OriginalFile
from distributor.model.record import Original
from distributor.store import address_book
from distributor.usecases.read_audit import read_audit
from distributor.usecases.send_notices import send_notices
from tests.support.desks import Browser, browser, draft
from tests.support.messages import content, read_message
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio
MAIL_POLICY = "default-src 'none'"


async def draft_with_readers(it: SiteUnderTest, **of_list: Any) -> str:  # noqa: ANN401  fields of the lists
    """A bulletin that was received, reported to two ministries with a mailbox each; gives its path."""
    file = Original("简报.pdf", "application/pdf", len(b"b001"), digest_bytes(b"b001"))
    record = await draft(it, original=file)
    async with it.context.database.write() as connection:
        book = await address_book.load(connection)
        lists = tuple(replace(entry, **of_list) for entry in book.lists)
        mailboxes = tuple(Contact(f"bgt@{body.id}.example", body.id) for body in book.organizations)
        await address_book.replace(connection, replace(book, contacts=mailboxes, lists=lists))
    return f"/desk/bulletins/{record.id}/mail"


async def frames(visitor: Browser, path: str) -> list[str]:
    """The documents in the frames of a page."""
    page = (await visitor.get(path)).text
    sources = re.findall(r'<iframe[^>]*\bsrc="([^"]+)"', page)
    return [(await visitor.get(source.replace("&amp;", "&"))).text for source in sources]


async def test_an_editor_sees_the_mail_of_each_list_before_anything_is_signed(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        visitor = await browser(it, AccessRole.READER)
        answer = await visitor.get(path)
        page = look_at(answer.text)
        assert answer.status_code == 200
        assert "frame-src 'self'" in answer.headers["content-security-policy"]
        assert page.texts("//h2")[0] == "联盟协发网简报 第12期（总第345期）"
        headers = page.texts("//dl[@class='mail-headers']//dt")
        assert {"List-Unsubscribe", "List-Unsubscribe-Post", "From", "To"} <= set(headers)
        assert "科学技术部：" in page.texts("//pre")[0]
        assert page.values("//form[@method='post']/@action") == ["/desk/logout"]


async def test_a_frame_is_a_document_of_its_own_that_runs_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        visitor = await browser(it)
        document = await visitor.get(f"{path}/html")
        policy = document.headers["content-security-policy"]
        assert policy.startswith(MAIL_POLICY)
        assert "sandbox" in policy
        assert "script-src" not in policy
        assert document.headers["x-frame-options"] == "SAMEORIGIN"
        assert "\ufdd0" not in document.text
        assert '<base target="_blank">' in document.text


async def test_the_same_mail_is_shown_by_day_by_night_and_without_styles(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        visitor = await browser(it)
        light, dark, plain = [(await frames(visitor, f"{path}?look={look}"))[0] for look in ("light", "dark", "plain")]
        assert "@media not all{" in light
        assert "@media all{" in dark
        assert "<style" not in plain
        assert "<style" in light
        assert "联盟协发网简报" in plain


async def test_text_alone_has_no_frame(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        visitor = await browser(it)
        assert await frames(visitor, f"{path}?list=bao&format=text&language=en") == []
        assert (await visitor.get(f"{path}/html?list=bao&format=text")).status_code == 404
        assert (await visitor.get(f"{path}?list=nothing")).status_code == 404


async def test_a_preview_goes_to_oneself_marked_and_stops_nobodys_mail(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        visitor = await browser(it, AccessRole.EDITOR)
        answer = await visitor.submit(path, f"{path}/test", {"to": "me＠xiefa.example"})
        assert answer.status_code == 303
        transport = ScriptedTransport()
        assert await send_notices(it.context, transport) == 1
        mail = read_message(transport.messages[0])
        assert transport.recipients == ["me@xiefa.example"]
        assert mail["Subject"] == "[预览] 联盟协发网简报 第12期（总第345期）"
        assert "科学技术部：" in content(mail, "plain")
        link = re.findall(r"https://[^>\s]+/unsubscribe/[^>\s]+", str(mail["List-Unsubscribe"]))[0]
        assert (await it.client.post(link)).status_code in {400, 404, 410, 422}
        entry = (await read_audit(it.context, 1)).entries[0]
        assert (entry.act, entry.actor, entry.details["to"]) == ("test-mail", "the-editor", "me@xiefa.example")


@pytest.mark.parametrize("to", ["bgt@most.example", "no address", ""])
async def test_a_preview_goes_to_no_recipient_and_to_no_broken_address(tmp_path: Path, to: str) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        visitor = await browser(it, AccessRole.EDITOR)
        answer = await visitor.submit(path, f"{path}/test", {"to": to})
        assert answer.status_code == 422
        assert len(look_at(answer.text).texts("//div[@role='alert']")) == 1
        assert await send_notices(it.context, ScriptedTransport()) == 0


async def test_a_list_that_attaches_the_file_has_it_in_its_preview(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it, original=OriginalFile.ATTACH)
        visitor = await browser(it, AccessRole.EDITOR)
        facts = look_at((await visitor.get(path)).text).texts("//dl[@class='facts']//dd")
        assert facts[-1] == "简报.pdf"
        await visitor.submit(path, f"{path}/test", {"to": "me@xiefa.example"})
        transport = ScriptedTransport()
        assert await send_notices(it.context, transport) == 1
        (file,) = read_message(transport.messages[0]).iter_attachments()
        assert file.get_filename() == facts[-1]


async def test_a_list_that_nobody_is_on_is_shown_to_the_secretariat(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        path = await draft_with_readers(it)
        async with it.context.database.write() as connection:
            book = await address_book.load(connection)
            await address_book.replace(connection, replace(book, contacts=()))
        visitor = await browser(it)
        page = look_at((await visitor.get(path)).text)
        assert "各位读者：" in page.texts("//pre")[0]


async def test_an_editor_chooses_a_colour_that_can_be_read(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        refused = await visitor.submit("/desk/mail", "/desk/mail/theme", {"colour": "#ffcc00"})
        assert refused.status_code == 422
        (sentence,) = look_at(refused.text).texts("//div[@role='alert']")
        assert look_at(refused.text).values("//input[@name='colour']/@value") == ["#ffcc00"]
        suggestion = re.findall("#[0-9a-f]{6}", sentence)[-1]
        fields = {"colour": suggestion, "dark-colour": "", "logo": "协发网", "note": "内部资料"}
        assert (await visitor.submit("/desk/mail", "/desk/mail/theme", fields)).status_code == 303
        light, dark = await frames(visitor, "/desk/mail")
        assert suggestion in light
        assert "内部资料" in light
        assert "@media all{" in dark
        assert "模板" not in "".join(look_at((await visitor.get("/desk/mail")).text).texts("//h2"))


@pytest.mark.slow
async def test_an_administrator_puts_a_template_in_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        here = "/desk/mail/templates/digest/body.txt"
        refused = await visitor.submit(here, here, {"source": "{{ nothing }}"})
        assert refused.status_code == 422
        page = look_at(refused.text)
        assert len(page.texts("//div[@role='alert']")) == 1
        assert page.texts("//textarea") == ["{{ nothing }}"]
        saved = await visitor.submit(here, here, {"source": "{{ title }}\r\n{{ unsubscribe_url }}"})
        version = saved.headers["location"]
        before = look_at((await visitor.get(version)).text)
        assert before.texts("//iframe") == []
        assert (await visitor.submit(version, f"{version}/preview")).status_code == 303
        assert len(await frames(visitor, version)) == 2
        assert (await visitor.submit(version, f"{version}/activate")).status_code == 303
        assert "第 1 版" in " ".join(look_at((await visitor.get("/desk/mail")).text).texts("//td"))
        assert (await visitor.submit(here, f"{here}/reset")).status_code == 303
        assert "第 1 版" not in " ".join(look_at((await visitor.get("/desk/mail")).text).texts("//td"))


async def test_samples_of_all_messages_can_be_seen(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.READER)
        for message in ("digest", "unsubscribe-received", "bounce-report", "run-report", "test"):
            answer = await visitor.get(f"/desk/mail/sample/{message}")
            assert answer.status_code == 200
            assert "联盟协发网简报" in answer.text
        assert (await visitor.get("/desk/mail/sample/nothing")).status_code == 404
