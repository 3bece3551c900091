import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.errors import AddressRefused
from distributor.model.recipient import address_key
from distributor.recipients import addresses, clean_address, split_addresses
from tests.support.sentences import is_said

WRITTEN = {
    "kjt＠hebei。example": "kjt@hebei.example",
    "ｋｊｔ＠ｈｅｂｅｉ．ｅｘａｍｐｌｅ": "kjt@hebei.example",
    " kjt @ hebei.example；": "kjt@hebei.example",
    "<kjt@hebei.example>": "kjt@hebei.example",
    "《kjt@hebei.example》": "kjt@hebei.example",
    "“kjt@hebei.example”": "kjt@hebei.example",
    "mailto:kjt@hebei.example": "kjt@hebei.example",
    "\ufeffkjt@he\u200bbei.example\u202c": "kjt@hebei.example",
    "kjt@hebei.example\r\n": "kjt@hebei.example",
    "Kjt.BGS@Hebei.EXAMPLE": "Kjt.BGS@hebei.example",
    "kjt@科技部.政务": "kjt@xn--2qux23cykq.xn--zfr164b",
    "kjt@XN--2QUX23CYKQ.xn--zfr164b": "kjt@xn--2qux23cykq.xn--zfr164b",
    "办公室@科技部.政务": "办公室@xn--2qux23cykq.xn--zfr164b",
    "bulletin+b.1.x=y@most.example": "bulletin+b.1.x=y@most.example",
}

REFUSED = {
    "": "address-empty",
    " ；\u200b": "address-empty",
    "办公室": "address-without-at",
    "a@b.example c@d.example": "address-several",
    "a@b.example\r\nBcc: c@d.example": "address-control",
    "a\x00@b.example": "address-control",
    "a@b.example\x1bc": "address-control",
    "a\u2028@b.example": "address-control",
    "a\x0c@b.example": "address-control",
    "a\ud800@b.example": "address-control",
    "a b@c.example": "address-local-part",
    "a..b@c.example": "address-local-part",
    "甲、乙@c.example": "address-local-part",
    "a,b@c.example": "address-local-part",
    f"{'a' * 65}@c.example": "address-local-part",
    "@c.example": "address-local-part",
    "a@": "address-domain",
    "a@localhost": "address-domain",
    "a@-b.example": "address-domain",
    "a@b_c.example": "address-domain",
    "a@[127.0.0.1]": "address-domain",
    f"a@{'b' * 64}.example": "address-domain",
    f"a@{'科' * 60}.政务": "address-domain",
    f"{'a' * 64}@{'.'.join(['b' * 50] * 4)}.example": "address-too-long",
    "a" * 5_000_000: "address-too-long",
}


@pytest.mark.parametrize(("written", "clean"), WRITTEN.items())
def test_an_address_is_cleaned(written: str, clean: str) -> None:
    assert clean_address(written) == clean


@pytest.mark.parametrize(("written", "code"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_address_is_refused_with_a_code(written: str, code: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        clean_address(written)
    assert caught.value.code == code
    shown = str(caught.value.parameters["address"])
    assert len(shown) <= 81
    assert shown.isprintable()
    assert is_said(caught.value)


@pytest.mark.parametrize("domain", [f"{'.'.join(['b' * 45] * 4)}.example", f"{'ä.' * 30}example"])
def test_length_is_counted_in_octets_and_a_labels(domain: str) -> None:
    written = f"{'科' * 21}@{domain}"
    with pytest.raises(AddressRefused) as caught:
        clean_address(written)
    assert caught.value.code == "address-too-long"


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[\w.＠@。 <>《》-]{0,30}@[\w.。-]{1,30}", fullmatch=True))
def test_cleaning_gives_a_safe_address_or_refuses_it(text: str) -> None:
    try:
        address = clean_address(text)
    except AddressRefused:
        return
    local, domain = address.split("@")
    assert domain == domain.lower()
    assert re.fullmatch(r"[a-z0-9.-]+", domain)
    assert not set(local) & set(' \t\r\n<>,;:"()[]\\\x00')
    assert local.isprintable()
    assert len(address.encode()) <= 254
    assert clean_address(address) == address


ADDRESSES = st.from_regex(r"[a-z]([a-z0-9.+-]{0,8}[a-z0-9])?@[a-z]([a-z0-9-]{0,8}[a-z0-9])?\.example", fullmatch=True)
NAMES = st.sampled_from([None, "办公室", "科技厅（局）", "综合处、办公室", "《简报》编辑部", "International Office"])


def _is_plain(address: str) -> bool:
    # RFC 5322 dot-atom and RFC 5890 §2.3.1: reserved labels
    return ".." not in address and not re.search(r"@..--", address)


@settings(deadline=None)
@given(
    st.lists(st.tuples(NAMES, ADDRESSES.filter(_is_plain)), max_size=8),
    st.sampled_from(["；", ";", "、", "，", ",", "\n", "\r\n", "；\n", " ； "]),
    st.sampled_from(['"{}" <{}>', "“{}”<{}>", "{}＜{}＞", "{} 《{}》"]),
)
def test_a_list_of_names_and_addresses_is_split_into_what_it_was_made_of(
    rows: list[tuple[str | None, str]], separator: str, form: str
) -> None:
    written = separator.join(form.format(name, address) if name else address for name, address in rows)
    assert split_addresses(written) == tuple(rows)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_splitting_any_text_gives_clean_addresses_or_refuses_it(text: str) -> None:
    try:
        found = split_addresses(text)
    except AddressRefused:
        return
    for name, address in found:
        assert clean_address(address) == address
        assert name is None or (name == name.strip() and name)


LISTS = {
    "": (),
    "；\n、": (),
    "kjt@hebei.example（综合处）": (("综合处", "kjt@hebei.example"),),
    "kjt@hebei.example(综合处)；": (("综合处", "kjt@hebei.example"),),
    "(kjt@hebei.example)": ((None, "kjt@hebei.example"),),
    "（kjt@hebei.example）": ((None, "kjt@hebei.example"),),
    "办公室 kjt@hebei.example": (("办公室", "kjt@hebei.example"),),
    "办公室：kjt@hebei.example": (("办公室", "kjt@hebei.example"),),
    "mailto:kjt@hebei.example": ((None, "kjt@hebei.example"),),
    "a@b.example c@d.example": ((None, "a@b.example"), (None, "c@d.example")),
    "a@b.example　办公室：c@d.example": ((None, "a@b.example"), ("办公室", "c@d.example")),
    "综合处<a@b.example>办公室<c@d.example>": (("综合处", "a@b.example"), ("办公室", "c@d.example")),
    "Office, Ltd <a@b.example>": (("Office, Ltd", "a@b.example"),),
    "综合处，办公室 <a@b.example>": (("综合处、办公室", "a@b.example"),),
    "“没有闭合的引号\na@b.example": (),
    "a@b.example（没有闭合\nc@d.example": ((None, "a@b.example"), (None, "c@d.example")),
}


@pytest.mark.parametrize(("written", "rows"), [pair for pair in LISTS.items() if "没有闭合" not in pair[0]])
def test_a_written_list_is_split(written: str, rows: tuple[tuple[str | None, str], ...]) -> None:
    assert split_addresses(written) == rows


def test_an_open_bracket_never_swallows_the_next_line() -> None:
    with pytest.raises(AddressRefused) as caught:
        split_addresses("“没有闭合\nkjt@hebei.example")
    assert caught.value.parameters["address"] == "“没有闭合"


BROKEN_LISTS = {
    "办公室": "办公室",
    "kjt.hebei.example、办公室 <a@b.example>": "kjt.hebei.example",
    "a@b.example；kjt.hebei.example": "kjt.hebei.example",
    "办公室，a@b.example": "办公室",
    "a@b.example 办公室": "办公室",
    "综合处<a@b.example>办公室": "办公室",
    "办公室<>": "办公室<>",
    "综合处<a@b.example": "综合处<a@b.example",
    "（@）": "@",
}


@pytest.mark.parametrize(("written", "piece"), BROKEN_LISTS.items())
def test_a_list_with_a_piece_that_is_no_address_is_refused_and_names_the_piece(written: str, piece: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        split_addresses(written)
    assert caught.value.parameters["address"] == piece


@pytest.mark.slow
def test_a_piece_of_megabytes_is_refused_at_once() -> None:
    for text in ("<" * 1_000_000, "@" * 1_000_000, " " * 1_000_000 + "@", "（" * 1_000_000, "\n" * 1_000_000 + "x"):
        with pytest.raises(AddressRefused):
            split_addresses(text)


def test_case_makes_no_difference_between_mailboxes() -> None:
    assert address_key("Kjt@hebei.example") == address_key("kjt@hebei.example")


def test_cleaning_loads_no_resolver() -> None:
    program = "import sys, distributor.recipients as r; r.clean_address('a@b.example'); print('dns' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@given(st.from_regex(r"[a-z0-9_.+-]{1,70}@[A-Za-z0-9.-]{1,80}", fullmatch=True))
def test_an_address_that_needs_no_cleaning_is_cleaned_the_same_in_short(text: str) -> None:
    short = addresses._plain(text)
    if short is not None:
        assert short == addresses._validated(text, text)
