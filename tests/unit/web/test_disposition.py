import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.web.disposition import attachment

# RFC 6266, 4.1 with the forms that are sent here: a quoted name of plain characters, then the extended one
FORM = re.compile(
    r"""attachment; filename="([\x20\x21\x23-\x5b\x5d-\x7e]+)"(?:; filename\*=UTF-8''([A-Za-z0-9%._~-]+))?"""
)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", 'attachment; filename="a.pdf"'),
        ("a b.pdf", 'attachment; filename="a b.pdf"'),
        ("第12期.pdf", "attachment; filename=\"_12_.pdf\"; filename*=UTF-8''%E7%AC%AC12%E6%9C%9F.pdf"),
        ('a"b.pdf', "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("100%.pdf", "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf"),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("C:\\docs\\a.doc", 'attachment; filename="a.doc"'),
        ("a\r\nSet-Cookie: b", 'attachment; filename="aSet-Cookie: b"'),
        ("", 'attachment; filename="file"'),
        ("/", 'attachment; filename="file"'),
    ],
)
def test_a_file_is_offered_under_its_name(name: str, header: str) -> None:
    assert attachment(name) == header


@given(st.text(max_size=300))
def test_whatever_the_name_the_header_has_one_form_and_keeps_the_name(name: str) -> None:
    match = FORM.fullmatch(attachment(name))
    assert match is not None
    plain, extended = match.groups()
    kept = unquote(extended) if extended else plain
    assert kept == "file" or kept in "".join(c for c in name if c.isprintable())


def test_a_long_name_keeps_its_ending() -> None:
    assert attachment("长" * 400 + ".pdf").endswith("%E9%95%BF.pdf")
