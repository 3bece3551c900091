import pytest

from distributor.web.public.captured import to_local_links

BASE = "https://bulletin.xiefa.example"


@pytest.mark.parametrize(
    ("written", "local"),
    [
        (f'<a href="{BASE}/items/k1">', '<a href="/items/k1">'),
        (f'<a href="{BASE}">', '<a href="/">'),
        (f"<a href='{BASE}/'>", "<a href='/'>"),
        (f'<a href="{BASE}?a=b">', '<a href="/?a=b">'),
        (f'<img src = "{BASE}/logo.png">', '<img src = "/logo.png">'),
        (f"<a href={BASE}/x>", "<a href=/x>"),
        (f'<a href="{BASE}.evil.example/">', f'<a href="{BASE}.evil.example/">'),
        (f"<p>{BASE}/items/k1</p>", f"<p>{BASE}/items/k1</p>"),
        ('<a href="https://other.example/">', '<a href="https://other.example/">'),
        (f'<a data-href="{BASE}0/">', f'<a data-href="{BASE}0/">'),
    ],
)
def test_only_links_to_the_public_address_become_local(written: str, local: str) -> None:
    assert to_local_links(written, BASE, "/") == local


def test_links_keep_the_folder_the_site_stands_in() -> None:
    assert to_local_links(f'<a href="{BASE}/feeds">', BASE, "/bulletins/") == '<a href="/bulletins/feeds">'


def test_links_open_in_the_whole_window() -> None:
    assert to_local_links("<html><head lang=zh><title>", BASE, "/") == '<html><head lang=zh><base target="_top"><title>'
    assert to_local_links("<header>", BASE, "/") == "<header>"
