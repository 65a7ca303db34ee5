"""A guide as a page: Markdown to HTML, with anchors at its headings and links that stay inside the product."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from web.help import DOCS, GUIDES, Guide

# Tables are ours; HTML in a text stays text.
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table"])
_ABROAD = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level, for the list at the side."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Page:
    """A guide as it is shown."""

    title: str
    body: SafeString
    headings: Sequence[Heading]


@lru_cache(maxsize=64)
def read_guide(guide: Guide) -> Page:
    """The guide as HTML. Raises FileNotFoundError where the guides were not installed with the product."""
    tokens = _markdown.parse((DOCS / guide.path).read_text(encoding="utf-8"))
    headings = list(_anchor_headings(tokens))
    title = next((one.title for level, one in headings if level == 1), str(guide.title))
    for token in tokens:
        _lead_inside(token, guide)
    # The title is the page's own; tables scroll by themselves on a narrow screen.
    body = _markdown.renderer.render(_without_title(tokens), _markdown.options, {})
    body = body.replace("<table>", '<div class="table-scroll" tabindex="0"><table class="table">')
    # A head that says nothing is none.
    body = body.replace("<th></th>", "<td></td>")
    body = body.replace("</table>", "</table></div>").replace("<pre>", '<pre class="sample" tabindex="0">')
    shown = mark_safe(body)  # noqa: S308 - made from our own files, and HTML in them stays text
    return Page(title, shown, [one for level, one in headings if level == 2])


def anchor_of(title: str) -> str:
    """The anchor of a heading: "Did it arrive?" is did-it-arrive."""
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")


def _anchor_headings(tokens: Sequence[Token]) -> Sequence[tuple[int, Heading]]:
    found = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(part.content for part in tokens[place + 1].children or ())
            token.attrSet("id", anchor_of(words))
            found.append((int(token.tag[1:]), Heading(anchor_of(words), words)))
    return found


def _without_title(tokens: Sequence[Token]) -> Sequence[Token]:
    is_titled = bool(tokens) and tokens[0].tag == "h1"
    return tokens[3:] if is_titled else tokens


def _lead_inside(token: Token, guide: Guide) -> None:
    for part in token.children or ():
        if part.type == "link_open":
            part.attrSet("href", address_of(str(part.attrGet("href") or ""), guide))


def address_of(href: str, guide: Guide) -> str:
    """Where a link of a guide leads: another guide's page, the same page, or as it is written."""
    if _ABROAD.match(href) or href.startswith("/"):
        return href
    path, _hash, anchor = href.partition("#")
    target = posixpath.normpath(str(PurePosixPath(guide.path).parent / path))
    found = next((one for one in GUIDES.values() if one.path == target), None)
    if found is None:
        # Of the source tree, not of the product: the guides' list is the way on.
        return reverse("help")
    return reverse("guide", args=[found.name]) + (f"#{anchor}" if anchor else "")
