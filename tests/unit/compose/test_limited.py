"""Templates that somebody wrote at run time: what is refused, in one sentence, and that nothing of it reaches us."""

import pytest

from distributor.compose import (
    RenderLimits,
    RenderRequest,
    digest_context,
    render_digest,
    render_limited,
)
from distributor.compose.child import answer
from distributor.errors import Refused
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.settings import asset_folder
from tests.support.messages import REPORT
from tests.support.records import make_publication, make_record
from tests.support.sentences import is_said

CONTEXT = digest_context(make_publication(), make_record(), REPORT)
LINK = "<a href='{{ unsubscribe_url }}'>x</a>"


def request(**sources: str) -> RenderRequest:
    """A request with other parts of the digest; the names are `html`, `text` and `subject`."""
    names = {"html": "digest/body.html", "text": "digest/body.txt", "subject": "digest/subject.txt"}
    return RenderRequest(
        "digest", CONTEXT, "zh_CN", MailFormat.HTML, {names[key]: value for key, value in sources.items()}
    )


def refusal(limits: RenderLimits | None = None, **sources: str) -> Refused:
    with pytest.raises(Refused) as refused:
        render_limited(request(**sources), limits)
    assert is_said(refused.value), refused.value
    return refused.value


def test_the_shipped_templates_make_the_same_in_the_limited_process() -> None:
    html = (asset_folder("templates") / "mail" / "digest" / "body.html").read_text("utf-8")
    assert render_limited(request(html=html)) == render_digest(CONTEXT)


def test_another_body_is_used_and_the_rest_stays() -> None:
    variant = render_limited(request(html="<p>{{ greeting }}：{{ title }}</p>" + LINK))
    assert "<p>\ufdd0greeting\ufdd1：联盟协发网简报</p>" in (variant.html or "")
    assert variant.text == render_digest(CONTEXT).text


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{% for i in section %}", "template-syntax"),
        ("{{ no_such_name }}", "template-unknown-name"),
        ("{% if greeting == '科学技术部' %}{{ title }}{% endif %}", "template-slot-tested"),
        ("{{ unsubscribe_url|replace('https', 'http') }}", "template-slot-tested"),
        ("{{ title.__class__.__mro__ }}" + LINK, "template-unsafe"),
        ("{{ ''.__class__.__base__.__subclasses__() }}" + LINK, "template-unsafe"),
        ("{{ t.__globals__ }}" + LINK, "template-unsafe"),
        ("{{ sections[0].nothing }}" + LINK, "template-broken"),
        ("{% include 'no/such/file' %}" + LINK, "template-broken"),
        ("{{ 1 / 0 }}" + LINK, "template-broken"),
        ("<p>{{ title }}</p>", "template-without-unsubscribe"),
        ("<script>alert(1)</script>" + LINK, "template-unsafe"),
        ("<img src='https://tracker.example/a.gif'>" + LINK, "template-unsafe"),
        ("<p onclick='a()'>x</p>" + LINK, "template-unsafe"),
        ("<a href='http://plain.example/'>x</a>" + LINK, "template-unsafe"),
        ("<style data-css-inline='keep'>" + "a{color:red}" * 2000 + "</style>" + LINK, "template-unsafe"),
    ],
)
def test_a_template_that_does_what_it_may_not_is_refused(source: str, code: str) -> None:
    assert refusal(html=source).code == code


def test_a_subject_that_breaks_is_refused_by_its_name() -> None:
    refused = refusal(subject="{{ nothing }}")
    assert refused.parameters["template"] == "digest/subject.txt"


@pytest.mark.slow
def test_an_endless_loop_is_refused_in_one_sentence() -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}"
    assert refusal(RenderLimits(seconds=4), html=loop + LINK).code in {"template-takes-too-long", "template-too-large"}
    quiet = "{% for a in range(99999) %}{% for b in range(99999) %}{% if a < 0 %}{% endif %}{% endfor %}{% endfor %}"
    assert refusal(RenderLimits(seconds=4), html=quiet + LINK).code == "template-takes-too-long"


@pytest.mark.slow
@pytest.mark.parametrize("source", ["{{ 'a' * 999999999 * 9 }}", "{{ 'a'.center(9999999999) }}", "{{ 2**9999999999 }}"])
def test_a_template_that_wants_all_the_memory_is_refused(source: str) -> None:
    assert refusal(RenderLimits(seconds=6), html=source + LINK).code in {
        "template-too-large",
        "template-takes-too-long",
    }


def test_a_process_that_does_not_answer_in_time_is_killed() -> None:
    assert refusal(RenderLimits(seconds=0.02), html=LINK).code == "template-takes-too-long"


def test_a_process_that_cannot_even_start_is_no_danger() -> None:
    assert refusal(RenderLimits(memory=1 << 20), html=LINK).code == "template-too-large"


def test_the_answer_of_the_process_is_a_variant_or_one_line() -> None:
    from distributor.model.canonical import plain

    asked = {
        "message": "digest",
        "context": plain(CONTEXT),
        "language": "zh_CN",
        "format": "text",
        "sources": {"digest/body.txt": "{{ title }} {{ unsubscribe_url }}"},
    }
    status, _, rest = answer(asked).partition(b"\n")
    assert status == b"ok"
    assert Variant.from_bytes(rest).text == "联盟协发网简报 \ufdd0unsubscribe_url\ufdd1\n"
    assert answer({**asked, "sources": {"digest/body.txt": "{{"}}).count(b"\n") == 1
