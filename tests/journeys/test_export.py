"""The site as plain files: complete, readable without a server of ours, and no more work than what has changed."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html

from distributor.errors import Conflict, Misconfigured, Refused
from distributor.usecases.export_site import Press, Rendered, export_site
from distributor.usecases.read_document import list_documents
from distributor.usecases.withdraw_bulletin import undo_withdrawal, withdraw_bulletin
from tests.support.installations import Run, received_seed
from tests.support.prints import typesetter
from tests.support.records import attributed_to, make_item, record_of, seedlike_record
from tests.support.sites import SiteUnderTest, publish_all, site
from tests.support.worlds import APPROVER

pytestmark = pytest.mark.anyio


class Counting:
    """A press that counts what it is asked for."""

    def __init__(self, it: SiteUnderTest, base: str = "base") -> None:
        self.it = it
        self.base = base
        self.asked: list[str] = []

    async def render(self, path: str) -> Rendered:
        self.asked.append(path)
        answer = await self.it.client.get(f"/{path}", headers={"accept-encoding": "identity"})
        return Rendered(answer.status_code, answer.headers["content-type"].partition(";")[0], answer.content)

    @property
    def press(self) -> Press:
        return Press(self.render, {"static/site.css": b"p{}"}, self.base)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def test_everything_is_written_once_and_then_only_what_changed(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with site(tmp_path, seedlike_record()) as it:
        told: list[tuple[int, int]] = []
        first = Counting(it)
        done = await export_site(it.context, first.press, folder, lambda at, total: told.append((at, total)))
        assert done.files == done.changed == len(files(folder)) - 1
        assert told == [(1, 1)]
        before = {path: (folder / path).stat().st_mtime_ns for path in files(folder)}
        second = Counting(it)
        again = await export_site(it.context, second.press, folder)
        assert (again.files, again.changed, again.removed) == (done.files, 0, 0)
        assert not [path for path in second.asked if path.startswith(("items/", "bulletins/", "contributors/"))]
        after = {path: (folder / path).stat().st_mtime_ns for path in files(folder)}
        assert {path for path in after if after[path] != before[path]} == {".distributor-export.json"}
        for path in await list_documents(it.context):
            assert (folder / path).read_bytes() == (await it.page(f"/{path}", accept_encoding="identity")).content
        assert (folder / "bulletins/b001/original").read_bytes() == b"b001"


async def test_every_page_of_a_long_list_is_written(tmp_path: Path) -> None:
    items = [make_item(f"消息{at}", attribution=attributed_to(f"{at}号联盟")) for at in range(101)]
    async with site(tmp_path, record_of(*items)) as it:
        await export_site(it.context, Counting(it).press, tmp_path / "www")
    written = files(tmp_path / "www")
    assert {"contributors-2/index.html", "feeds-2/index.html"} <= written
    assert not {"contributors-3/index.html", "feeds-3/index.html"} & written


async def test_a_new_bulletin_makes_its_own_pages_and_those_that_name_it(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with site(tmp_path, seedlike_record()) as it:
        await export_site(it.context, Counting(it).press, folder)
        await publish_all(it.context, [record_of(make_item("新消息"), id="b2")])
        second = Counting(it)
        await export_site(it.context, second.press, folder)
    assert "items/b2k000" in second.asked
    assert "items/b001k000" not in second.asked
    assert "sections/重要政策动态" in second.asked
    assert not [path for path in second.asked if path.startswith("contributors/")]
    assert "新消息" in (folder / "sections/重要政策动态/index.html").read_text("utf-8")


async def test_what_was_taken_back_says_so_and_its_file_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with site(tmp_path, seedlike_record()) as it:
        await export_site(it.context, Counting(it).press, folder)
        whole = files(folder)
        await withdraw_bulletin(it.context, APPROVER, "b001", "数据有误")
        done = await export_site(it.context, Counting(it).press, folder)
        assert done.removed > 20
        assert "数据有误" in (folder / "items/b001k003/index.html").read_text("utf-8")
        assert not (folder / "bulletins/b001/original").exists()
        assert not (folder / "contributors/存储产业技术创新战略联盟秘书处").exists()
        await undo_withdrawal(it.context, APPROVER, "b001")
        await export_site(it.context, Counting(it).press, folder)
    assert files(folder) == whole


async def test_a_page_that_cannot_be_made_leaves_all_files_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with site(tmp_path, seedlike_record()) as it:
        await export_site(it.context, Counting(it).press, folder)
        before = {path: (folder / path).read_bytes() for path in files(folder)}
        await publish_all(it.context, [record_of(make_item("新消息"), id="b2")])

        async def broken(path: str) -> Rendered:
            return Rendered(500 if path == "contributors" else 200, "text/html", b"other")

        with pytest.raises(Conflict, match="page-unrenderable"):
            await export_site(it.context, Press(broken, {}, "base"), folder)
        kept = {path for path in files(folder) if not path.startswith(".staging/")}
        assert {path: (folder / path).read_bytes() for path in kept} == before
        await export_site(it.context, Counting(it).press, folder)
        assert not (folder / ".staging").exists()


async def test_another_look_makes_every_page_anew(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with site(tmp_path, seedlike_record()) as it:
        await export_site(it.context, Counting(it).press, folder)
        second = Counting(it, base="another")
        await export_site(it.context, second.press, folder)
        assert "items/b001k000" in second.asked
        (folder / ".distributor-export.json").write_text("broken", "utf-8")
        assert (await export_site(it.context, Counting(it).press, folder)).changed > 100
        (folder / "index.html").unlink()
        assert (await export_site(it.context, Counting(it).press, folder)).changed == 1


async def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "thesis.odt").write_bytes(b"years of work")
    async with site(tmp_path, seedlike_record()) as it:
        with pytest.raises(Refused, match="export-folder-foreign"):
            await export_site(it.context, Counting(it).press, folder)
    assert files(folder) == {"thesis.odt"}


@pytest.mark.slow
def test_the_command_writes_a_site_whose_links_all_lead_to_files(run: Run, tmp_path: Path) -> None:
    bulletin_id = received_seed(run)
    assert run("sign-off", bulletin_id, "--as", "wang")[0] == 0
    assert run("publish", bulletin_id, "--as", "wang")[0] == 0
    folder = tmp_path / "www"
    assert run("export", folder)[0] == 0
    assert run("export", folder)[0] == 0
    static = {path.removeprefix("static/") for path in files(folder) if path.startswith("static/")}
    assert {"site.css", "policy.css", "print.css", "copy.js", "icon.svg", "chevron.svg"} <= static
    assert {
        path for path in static if re.search(r"desk|runs|htmx|month|certificate|changes|api|subscribe", path)
    } == set()
    broken = set()
    for page in folder.rglob("*.html"):
        tree = html.document_fromstring(page.read_bytes())
        for address in tree.xpath("//@href | //@src | //form/@action"):
            path = unquote(re.sub(r"[?#].*", "", str(address)))
            if path.startswith("/") and not _stands(folder, path):
                broken.add(path)
    for sheet in (folder / "static").rglob("*.css"):
        named = re.findall(r"url\([\"']?(?!data:)([^)\"']+)", sheet.read_text("utf-8"))
        broken |= {name for name in named if not (sheet.parent / name).is_file()}
    assert broken == set()
    assert run("export", tmp_path / "data")[0] == 2


def _stands(folder: Path, path: str) -> bool:
    target = folder / path.lstrip("/")
    return target.is_file() or (target / "index.html").is_file()


async def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    async with site(tmp_path, seedlike_record()) as it:
        with pytest.raises(Misconfigured, match="export-folder-unwritable"):
            await export_site(it.context, Counting(it).press, tmp_path / "file")


async def test_printed_issues_are_written_and_leave_with_their_bulletin(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with site(tmp_path, seedlike_record(), printer=typesetter()) as it:
        await export_site(it.context, Counting(it).press, folder)
        printed = folder / "bulletins" / "b001" / "issue.pdf"
        assert printed.read_bytes() == (await it.page("/bulletins/b001/issue.pdf")).content
        assert "issue.pdf" in (folder / "bulletins" / "b001" / "index.html").read_text("utf-8")
        assert (await export_site(it.context, Counting(it).press, folder)).changed == 0
        await withdraw_bulletin(it.context, APPROVER, "b001", "有误")
        await export_site(it.context, Counting(it).press, folder)
        assert not printed.exists()
