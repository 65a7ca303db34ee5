"""Docs and the product's own lists say the same: whatever exists is described, and nothing else is."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.models import Role
from attribution.core.rules import RULES
from attribution.core.solved import MODELS, SOLVED
from reports.catalogue.agency import State
from tracking.core.channels import CHANNELS
from tracking.intake import REASONS
from web import help as guides
from web import sections
from web.guides import address_of, read_guide
from web.help import CHAPTERS, DOCS, GUIDES
from web.templatetags.guides import help_address

ROOT = DOCS.parent
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
# Places of the side bar that no section of a workspace is.
OUTSIDE = {"workspaces", "new-workspace", "members", "saved-views"}
EVERY_GUIDE = pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.name)


def text_of(path: str) -> str:
    return (DOCS / path).read_text(encoding="utf-8")


def table_under(path: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    part = text_of(path).split(f"{heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\|\n)+", part, re.MULTILINE)
    assert rows, f"no table under {heading}"
    lines = rows[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names_in(path: str, heading: str) -> set[str]:
    """Everything set as code in the first column of the table under a heading."""
    return {name for row in table_under(path, heading) for name in CODE.findall(row[0])}


def sections_of_the_product() -> set[str]:
    bars = [bar for bar in vars(sections).values() if isinstance(bar, tuple) and bar]
    return {entry.name for bar in bars for entry in bar if isinstance(entry, sections.Section)}


def settings_of_the_product() -> set[str]:
    code = [ROOT / "config" / "settings.py", *(ROOT / "config" / "embedded").glob("*.py")]
    read = re.compile(r'(?:env\.\w+\(|os\.environ\.get\(|environ\[)\s*"([A-Z][A-Z_]+)"')
    named = {name for path in code for name in read.findall(path.read_text(encoding="utf-8"))}
    places = (ROOT / "config" / "embedded" / "places.py").read_text(encoding="utf-8")
    # Not for operators: what our own programs tell each other, and what libraries read.
    ours = {
        "HEADWATER_LISTENER",
        "HEADWATER_PART",
        "NUMBA_CACHE_DIR",
        "NUMBA_DISABLE_JIT",
        "OPENBLAS_NUM_THREADS",
        "TMPDIR",
        "QUIT",
    }
    return (named | set(re.findall(r'"([A-Z_]+_URL)"', places))) - ours


def commands_of_the_product() -> set[str]:
    folders = (ROOT / app / "management" / "commands" for app in ("accounts", "web"))
    return {path.stem for folder in folders for path in folder.glob("*.py") if path.stem != "__init__"}


def test_every_model_has_its_line():
    assert names_in("concepts/credit.md", "# Credit") == set(RULES)
    assert all(f"`{name}`" in text_of("concepts/credit.md") for name in SOLVED)
    titles = {row[0] for row in table_under("guides/analyst.md", "## Attribution")}
    assert titles == {model.title for model in (*RULES.values(), *SOLVED.values())}
    assert set(MODELS) == set(RULES) | set(SOLVED)


def test_every_channel_has_its_line():
    listed = re.findall(r"^\| \d+ \| ([^|]+?) \|", text_of("concepts/channels.md"), re.MULTILINE)
    assert tuple(listed) == CHANNELS


def test_every_setting_has_its_line():
    assert names_in("how-to/operate.md", "## Settings") == settings_of_the_product()


def test_every_command_has_its_line():
    assert names_in("guides/operator.md", "## Start and stop") == commands_of_the_product()


def test_every_reason_to_refuse_has_its_line():
    assert names_in("guides/integrator.md", "## Data health") == set(REASONS)


def test_every_role_and_state_has_its_line():
    roles = {row[0] for row in table_under("guides/account-manager.md", "## People")}
    assert roles == {role.value for role in Role}
    states = [row[0] for row in table_under("guides/account-manager.md", "## All clients at once")]
    assert len(states) == len(State)


def test_every_section_has_a_chapter_and_every_chapter_a_section():
    assert set(CHAPTERS) == sections_of_the_product() | OUTSIDE


@pytest.mark.parametrize("section", CHAPTERS)
def test_every_chapter_is_a_heading_of_its_guide(section):
    chapter = CHAPTERS[section]
    body = read_guide(GUIDES[chapter.guide]).body
    assert f'id="{chapter.anchor}"' in body
    assert help_address(section) == f"/help/{chapter.guide}/#{chapter.anchor}"


@EVERY_GUIDE
def test_every_guide_is_there_and_stays_inside(guide):
    page = read_guide(guide)
    assert page.title
    for href in re.findall(r'href="([^"]+)"', page.body):
        assert not href.endswith(".md"), href
        name, _hash, anchor = href.removeprefix("/help/").partition("/#")
        if href.startswith("/help/") and anchor:
            assert f'id="{anchor}"' in read_guide(GUIDES[name]).body, href


def test_every_page_of_the_guides_folder_is_listed():
    # For those who build Headwater, not for those who use it.
    for_builders = {"how-to/plots.md"}
    listed = {guide.path for guide in GUIDES.values()} | for_builders
    for folder in ("guides", "how-to", "concepts"):
        assert {f"{folder}/{path.name}" for path in (DOCS / folder).glob("*.md")} <= listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page):
    for href in LINK.findall(page.read_text(encoding="utf-8")):
        path = href.partition("#")[0]
        if path and "://" not in path and not path.startswith("mailto:"):
            assert (page.parent / path).exists(), href


def test_the_readme_leads_to_every_guide():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"(docs/{guide.path})" in readme for guide in guides.PEOPLE)


def test_links_of_guides_are_told_apart():
    analyst = GUIDES["analyst"]
    assert address_of("../concepts/credit.md#milestones", analyst) == reverse("guide", args=["credit"]) + "#milestones"
    assert address_of("../../CONTRIBUTING.md", analyst) == reverse("help")
    for href in ("https://hw.example/", "#overview", "/api/v1/docs/", "mailto:a@b.example"):
        assert address_of(href, analyst) == href


def test_a_text_cannot_bring_markup_along(tmp_path, monkeypatch):
    (tmp_path / "x.md").write_text("# A <b>\n\n<script>alert(1)</script> [x](javascript:alert(1))\n")
    module = import_module("web.guides")
    monkeypatch.setattr(module, "DOCS", Path(tmp_path))
    body = module.read_guide(guides.Guide("x", "x.md", "X", "")).body
    assert "<script" not in body
    assert 'href="javascript' not in body
