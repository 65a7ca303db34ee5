"""Every text on a page goes through gettext: what is left of a template without its tags has no words."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for app in ("web", "accounts")
    for path in (ROOT / app / "templates").rglob("*")
    if path.suffix in (".html", ".svg")
)
# The product's name, the sample for a programmer, the numbers of the error pages.
FREE = re.compile(r"Headwater|<pre.*?</pre>|<meta[^>]*>", re.S)
TRANSLATED = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.S)
SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')


def left_over(text):
    """The words of a template that no translator would see."""
    text = FREE.sub("", TRANSLATED.sub("", text))
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
    spoken = " ".join(SPOKEN.findall(text))
    shown = re.sub(r"&\w+;|<[^>]*>", " ", text)
    return re.findall(r"[^\W\d_]{2,}", f"{spoken} {shown}")


def test_there_are_templates():
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_stands_outside_gettext(template):
    assert left_over(template.read_text()) == []


def test_a_bare_word_would_be_found():
    assert left_over('<p class="x">Hello {{ name }}</p><button aria-label="Close">×</button>') == ["Close", "Hello"]
    assert left_over('{% translate "Hello" %} {% blocktranslate %}You{% endblocktranslate %}') == []
