import os
from pathlib import Path

import pytest

from distributor.deliver import AllowListTransport, FolderTransport, LeaseLost, Transport, read_captured
from distributor.deliver.shelf import Shelf
from distributor.model.run import DeliveryState, Phase, RefusalClass
from tests.support.delivering import SENDER, Hook, make_mail

pytestmark = pytest.mark.anyio


async def send_to(transport: Transport, recipient: str = "a@b.example", hook: Hook | None = None) -> DeliveryState:
    outcome = await transport.send(SENDER, recipient, make_mail(recipient), hook or Hook())
    return outcome.state


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_mail_becomes_a_file_with_exactly_its_bytes(tmp_path: Path) -> None:
    async with FolderTransport(tmp_path / "new" / "mail") as transport:
        outcome = await transport.send(SENDER, "a@b.example", make_mail(), Hook())
    assert (outcome.state, outcome.reply.code) == (DeliveryState.SENT, 250)
    assert outcome.reply.text == "0001-a@b.example.eml"
    assert (tmp_path / "new" / "mail" / outcome.reply.text).read_bytes() == make_mail()


async def test_a_lost_lease_leaves_nothing_behind(tmp_path: Path) -> None:
    async with FolderTransport(tmp_path) as transport:
        with pytest.raises(LeaseLost):
            await send_to(transport, hook=Hook(answer=False))
    assert names_in(tmp_path) == []


async def test_two_writers_never_overwrite_each_other(tmp_path: Path) -> None:
    first, second = FolderTransport(tmp_path), FolderTransport(tmp_path)
    for n in range(3):
        await send_to(first, f"a{n}@b.example")
        await send_to(second, f"a{n}@b.example")
    assert len(read_captured(tmp_path)) == 6


async def test_a_folder_that_is_gone_defers(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    transport = FolderTransport(folder)
    folder.rmdir()
    outcome = await transport.send(SENDER, "a@b.example", make_mail(), Hook())
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.CONNECTION)
    assert (outcome.reply.phase, outcome.reply.text) == (Phase.DATA, "folder-not-writable")


async def test_a_folder_that_goes_before_the_file_appears_defers(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    transport = FolderTransport(folder)

    async def remove() -> bool:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        return True

    outcome = await transport.send(SENDER, "a@b.example", make_mail(), remove)
    assert (outcome.state, outcome.reply.phase) == (DeliveryState.DEFERRED, Phase.DOT)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_without_write_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Exception, match="folder-not-writable"):
        Shelf(tmp_path)


async def test_only_allowed_domains_are_written_to(tmp_path: Path) -> None:
    async with AllowListTransport(FolderTransport(tmp_path), ["Staging.example", "@test.example"]) as transport:
        hook = Hook()
        assert await send_to(transport, "a@staging.EXAMPLE") is DeliveryState.SENT
        assert await send_to(transport, "a@test.example") is DeliveryState.SENT
        for stranger in ("a@most.example", "a@sub.staging.example", "a@staging.example.evil.example", "nobody"):
            assert await send_to(transport, stranger, hook) is DeliveryState.SUPPRESSED
        assert hook.calls == 0
    assert len(read_captured(tmp_path)) == 2


async def test_an_empty_list_allows_every_domain(tmp_path: Path) -> None:
    async with AllowListTransport(FolderTransport(tmp_path), []) as transport:
        assert await send_to(transport, "a@most.example") is DeliveryState.SENT
