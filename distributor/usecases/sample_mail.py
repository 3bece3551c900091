"""Samples that templates are tried on: the newest bulletin where there is one, invented values elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio.to_thread

from distributor import compose
from distributor.compose import (
    BounceReport,
    DigestContext,
    FailedAddress,
    FailedBody,
    NoticeContext,
    OverdueBody,
    RefusingDomain,
    RunOverdue,
    RunPaused,
    RunRefused,
    RunReport,
    ThemeView,
    TrialMail,
    UnsubscribeReceived,
)
from distributor.errors import NotFound
from distributor.i18n import negotiate
from distributor.model.bulletin import Attribution, DistributionGroup, Item, Masthead
from distributor.model.message import Slot, Variant, marker
from distributor.model.recipient import RecipientList, Role
from distributor.model.record import BulletinRecord, ItemRecord, Original, display_title
from distributor.model.theme import Theme
from distributor.store import bulletins
from distributor.usecases.context import Context
from distributor.usecases.render_mail import designed, render_values

_LIST: Final = RecipientList("bao", "报送名单", ("报",), Role.REPORT)
_ADDRESS: Final = "office@kjt-gd.example"
_REFUSING: Final = RefusingDomain("kjt-gd.example", 3, "policy", "550 5.7.1 Message rejected by policy")


async def render_sample(context: Context, message: str) -> Variant:
    """Render a sample of a message in the look that mails have now, with a reader's name and links in it.

    Args:
        context: the installation.
        message: folder below templates/mail.

    Raises:
        NotFound: `template-name-unknown`.
    """
    if message not in compose.MESSAGES:
        raise NotFound("template-name-unknown", template=message[:100], known="、".join(compose.MESSAGES))
    shown = await designed(context)
    values = await sample_context(shown, message, shown.design.theme)
    language = negotiate(context.publication.language)
    variant = await anyio.to_thread.run_sync(partial(render_values, shown, message, values, language))
    return as_read(variant, f"{context.publication.base_url}/")


def as_read(variant: Variant, link: str) -> Variant:
    """Put something that can be read into the slots of a rendering.

    Args:
        variant: the rendering.
        link: https address that all personal links lead to.
    """
    html, text = variant.html or "", variant.text
    for slot in Slot:
        value = "某某部" if slot is Slot.GREETING else link
        html, text = html.replace(marker(slot), value), text.replace(marker(slot), value)
    return replace(variant, html=None if variant.html is None else html, text=text)


async def sample_context(context: Context, message: str, theme: Theme) -> DigestContext | NoticeContext:
    """Make values for the templates of a message.

    Args:
        context: the installation.
        message: folder below templates/mail.
        theme: the theme they are to show.
    """
    if message == compose.DIGEST:
        async with context.database.read() as connection:
            newest = await bulletins.list_published(connection, limit=1)
        record = newest[0] if newest else _bulletin(context)
        return compose.digest_context(context.publication, record, _LIST, theme)
    return _NOTICES[message](context, compose.theme_view(theme))


def _bulletin(context: Context) -> BulletinRecord:
    attribution = Attribution("（某某联盟秘书处供稿）", "供稿", ("某某联盟秘书处",))
    words = (
        Item(
            "样例：联盟召开年度工作会议",
            ("近日，联盟在北京召开年度工作会议，研究部署下一年度的重点任务。",),
            attribution,
        ),
        Item("样例：两项团体标准发布实施", ("日前，由联盟组织制定的两项团体标准发布实施。",)),
    )
    items = tuple(
        ItemRecord(key=f"sample{place}", position=place, section="样例栏目", content=item)
        for place, item in enumerate(words)
    )
    return BulletinRecord(
        id="sample",
        publication=context.publication.slug,
        masthead=Masthead(context.publication.name, "样例第1期", context.now().date().isoformat()),
        preamble=(),
        items=items,
        distribution=(DistributionGroup("报", ("某某部", "某某委"), "相关司局"),),
        original=Original("样例.docx", "application/octet-stream", 1, "0" * 64),
        received=context.now(),
        received_by="",
    )


def _unsubscribe(context: Context, theme: ThemeView) -> UnsubscribeReceived:
    now = context.now()
    return UnsubscribeReceived(
        title=context.publication.name,
        address=_ADDRESS,
        bodies="某某省科学技术厅",
        list_name=_LIST.name,
        opened=now,
        due=now + timedelta(days=2),
        tickets_url=f"{context.publication.base_url}/desk/tickets",
        theme=theme,
    )


def _bounces(context: Context, theme: ThemeView) -> BounceReport:
    failed = FailedAddress(_ADDRESS, "address", "550 5.1.1 User not found", 1)
    return BounceReport(
        title=context.publication.name,
        bulletin=_title(context),
        list_name=_LIST.name,
        count=1,
        total=66,
        bodies=(FailedBody("某某省科学技术厅", (failed,), (), ("backup@kjt-gd.example",)),),
        more=0,
        run_url=f"{context.publication.base_url}/desk/runs/sample",
        theme=theme,
    )


def _run(context: Context, theme: ThemeView) -> RunReport:
    now = context.now()
    return RunReport(
        title=context.publication.name,
        bulletin=_title(context),
        list_name=_LIST.name,
        by="编辑部",
        began=now - timedelta(minutes=7),
        ended=now,
        minutes=7,
        total=66,
        sent=64,
        failed=1,
        suppressed=1,
        cancelled=0,
        doubts=0,
        excluded=2,
        is_balanced=True,
        run_url=f"{context.publication.base_url}/desk/runs/sample",
        theme=theme,
    )


def _paused(context: Context, theme: ThemeView) -> RunPaused:
    return RunPaused(
        title=context.publication.name,
        bulletin=_title(context),
        list_name=_LIST.name,
        reason="relay",
        since=context.now(),
        left=52,
        total=66,
        said="550 5.7.1 Sender not authenticated",
        domains=(_REFUSING,),
        more=0,
        run_url=f"{context.publication.base_url}/desk/runs/sample",
        theme=theme,
    )


def _refused(context: Context, theme: ThemeView) -> RunRefused:
    return RunRefused(
        title=context.publication.name,
        bulletin=_title(context),
        list_name=_LIST.name,
        count=3,
        total=66,
        domains=(_REFUSING,),
        more=0,
        run_url=f"{context.publication.base_url}/desk/runs/sample",
        theme=theme,
    )


def _overdue(context: Context, theme: ThemeView) -> RunOverdue:
    waits = FailedAddress(_ADDRESS, "policy", _REFUSING.answer, 25)
    return RunOverdue(
        title=context.publication.name,
        bulletin=_title(context),
        list_name=_LIST.name,
        hours=72,
        count=1,
        bodies=(OverdueBody("某某省科学技术厅", (waits,), (), ("backup@kjt-gd.example",)),),
        more=0,
        run_url=f"{context.publication.base_url}/desk/runs/sample",
        theme=theme,
    )


def _trial(context: Context, theme: ThemeView) -> TrialMail:
    return trial_mail(context, "管理员", context.now(), theme)


def trial_mail(context: Context, by: str, moment: datetime, theme: ThemeView) -> TrialMail:
    """Say what the test mail says.

    Args:
        context: the installation.
        by: who asked for it.
        moment: when.
        theme: colours, and words above and below the masthead.
    """
    return TrialMail(
        title=context.publication.name,
        by=by,
        moment=moment,
        sender=context.sender.address,
        selectors=tuple(key.selector for key in context.dkim_keys),
        site_url=f"{context.publication.base_url}/",
        theme=theme,
    )


def _title(context: Context) -> str:
    return display_title(Masthead(context.publication.name, "样例第1期"))


_NOTICES: Final[Mapping[str, Callable[[Context, ThemeView], NoticeContext]]] = {
    "unsubscribe-received": _unsubscribe,
    "bounce-report": _bounces,
    "run-report": _run,
    "run-paused": _paused,
    "run-refused": _refused,
    "run-overdue": _overdue,
    "test": _trial,
}
