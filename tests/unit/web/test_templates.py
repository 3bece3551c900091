"""What the content security policy forbids is not in any template."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "templates" / "web"
TEMPLATES = sorted(FOLDER.glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(template: Path) -> None:
    source = template.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|safe", source)
    # data for search engines is no script to a browser, so that the content security policy lets it be
    tags = re.findall(r"<script[^>]*>", source)
    assert all("src=" in tag or tag == '<script type="application/ld+json">' for tag in tags)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_links_to_a_fixed_place(template: Path) -> None:
    links = re.findall(r"\s(?:href|src|action)=\"([^\"]*)\"", template.read_text("utf-8"))
    assert [link for link in links if not link.startswith(("{{", "#", "mailto:{{"))] == []
