"""What a reader, a machine and a person without eyes find on a page."""

from dataclasses import dataclass

from lxml import html


@dataclass(frozen=True, slots=True)
class Seen:
    """A page, parsed."""

    tree: html.HtmlElement

    def texts(self, path: str) -> list[str]:
        """The text of every element that an XPath names, spaces folded."""
        return [" ".join(element.text_content().split()) for element in self.tree.xpath(path)]

    def values(self, path: str) -> list[str]:
        """Every attribute that an XPath names."""
        return [str(value) for value in self.tree.xpath(path)]

    @property
    def feeds(self) -> dict[str, str]:
        """Autodiscovery: address of each feed by its type; the first one wins, as in feed readers."""
        links = self.tree.xpath("//head/link[@rel='alternate']")
        return {link.get("type"): link.get("href") for link in reversed(links)}

    @property
    def own_links(self) -> set[str]:
        """Every link to this site."""
        return {href for href in self.values("//a/@href") if href.startswith("/")}


def look_at(document: str) -> Seen:
    """Parse a page."""
    return Seen(html.document_fromstring(document))
