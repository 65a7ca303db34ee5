"""The pages of people: who may see them, what they say, how odd ids travel, and what they cost."""

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.tracking.core.given import NOON, order, page
from tests.web.people import HOUR, bikes, given, settle
from web.converters import AliasConverter

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/w/northwind-bikes/journeys/"
MOST_QUERIES = 30
ODD = [
    "",
    ".",
    "..",
    "~",
    "~abc",
    "a/b",
    "a//b",
    "/",
    "%2F",
    "a b",
    "ä\N{SNOWMAN}",
    "<i>",
    "?x=1",
    "#a",
    "x" * 255,
    "\n",
]


@pytest.fixture
def people(northwind, goal):
    return given(northwind, bikes)


def words(answer) -> str:
    text = re.sub(r"<(script|svg).*?</\1>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("alias", ["ada", "NBC-8841", "a@b.example", "7f3a-c2e1", *ODD])
def test_any_id_survives_its_address(alias):
    converter = AliasConverter()
    written = converter.to_url(alias)
    assert converter.to_python(written) == alias
    assert re.fullmatch(r"~?[A-Za-z0-9_.@+:-]*", written)
    assert written not in (".", "..")


@pytest.mark.parametrize("made_up", ["~%", "~_w", "~AA=="])
def test_a_made_up_packed_id_is_not_found(as_ada, northwind, made_up):
    assert as_ada.get(f"{LIST}{made_up}/").status_code == 404


def test_a_person_with_an_odd_id_has_a_page_that_escapes_it(as_ada, people, northwind):
    odd = "?a/../b <i>#%2F"
    answer = as_ada.get(reverse("journey", args=[northwind.slug, odd]))
    assert answer.status_code == 200
    assert b"<i>#" not in answer.content
    assert b"?a/../b &lt;i&gt;#%2F" in answer.content
    assert reverse("journey", args=[northwind.slug, odd]) in as_ada.get(LIST).content.decode()


def test_the_journey_says_everything_in_words_and_figures(as_ada, people):
    said = words(as_ada.get(f"{LIST}7f3a/", follow=True))
    assert "Nobody here is known by this id" in said
    answer = as_ada.get(reverse("journey", args=["northwind-bikes", "?7f3a-c2e1"]), {"model": "linear"})
    said = words(answer)
    assert "Five touches over 28 days led to this conversion. Under Linear each earns €8.00" in said
    assert "€9.99 of €49.99 was given back" in said
    assert "Each of the 5 touches inside the 90-day look-back gets 1/5 of €40.00: €8.00." in said
    assert "Back from paying or signing in" in said
    assert "user NBC-8841" in said


def test_an_order_without_any_arrival_says_once_why_nobody_earns_it(as_ada, people):
    people.post([order("till", NOON, "T-1", revenue=10)])
    settle(people)
    answer = as_ada.get(f"{LIST}till/")
    said = words(answer)
    assert "We know of no arrival of this person" in said
    assert "Why nobody earns it" in said
    assert "In words" not in said
    # No columns of dashes, and no line of time with a single moment on it.
    assert b"journey-table" not in answer.content
    assert b"journey-line" not in answer.content


def test_a_short_journey_ends_at_what_it_led_to(as_ada, people):
    people.post([page("quick", NOON - HOUR / 10, "https://northwind.example/", "https://www.google.com/")])
    people.post([order("quick", NOON, "Q-1", revenue=10)])
    settle(people)
    line = as_ada.get(f"{LIST}quick/").context["line"]
    assert [dot.kind for dot in line.dots] == ["touch", "goal"]
    assert line.dots[1].place == pytest.approx(97)
    assert line.dots[0].place == pytest.approx(97 - 94 * 6 / 30)


def test_the_journey_page_is_sent_without_inline_script_or_style(as_ada, people):
    page = as_ada.get(f"{LIST}NBC-8841/").content.decode()
    assert " style=" not in page
    assert "<style" not in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_touches_are_exported_unrounded_and_formula_safe(as_ada, people, northwind):
    nasty = "https://northwind.example/?utm_source=%3DHYPERLINK(1)&utm_medium=email"
    people.post([page("evil", NOON, nasty), order("evil", NOON, "E-1", revenue=10)])
    settle(people)
    answer = as_ada.get(f"{LIST}evil/?export=touches")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert "'=hyperlink(1)" in rows[1].lower()
    assert rows[1].endswith(",10.000000")
    assert rows[2].endswith(",10.000000")


def test_people_are_listed_filtered_and_exported(as_ada, people):
    said = words(as_ada.get(LIST, {"period": "7d"}))
    assert "user NBC-8841" in said
    assert "AI Assistants" in said
    assert "?bot" not in said
    converted = words(as_ada.get(LIST, {"converted": "yes"}))
    assert "NBC-8841" in converted
    assert "?visitor" not in converted
    others = words(as_ada.get(LIST, {"converted": "no"}))
    assert "NBC-8841" not in others
    assert "?visitor" in others
    by_ai = words(as_ada.get(LIST, {"channel": "AI Assistants"}))
    assert "?visitor" in by_ai
    assert "NBC-8841" not in by_ai
    assert "Nobody fits these filters" in words(as_ada.get(LIST, {"channel": "Nonsense"}))
    file = as_ada.get(LIST, {"export": "people"}).content.decode("utf-8-sig").splitlines()
    assert len(file) == 4


def test_pages_of_people_neither_repeat_nor_leave_out_anybody(as_ada, people, monkeypatch):
    from reports.catalogue import journey_list

    monkeypatch.setattr(journey_list, "PAGE", 1)
    found, address = [], LIST
    for _page in range(5):
        content = as_ada.get(address).content.decode()
        found += re.findall(r"<code>([^<]+)</code>", content)
        further = re.search(r'rel="next" href="([^"]+)"', content)
        if not further:
            break
        address = LIST + further[1].replace("&amp;", "&")
    assert sorted(found) == sorted(["?visitor", "?a/../b &lt;i&gt;#%2F", "NBC-8841"])


@pytest.mark.parametrize("query", [{"channel": "AI Assistants"}, {"converted": "no"}, {"converted": "yes"}])
def test_a_search_goes_on_where_it_stopped(as_ada, people, monkeypatch, query):
    from reports.catalogue import journey_list

    whole = re.findall(r"<code>([^<]+)</code>", as_ada.get(LIST, query).content.decode())
    monkeypatch.setattr(journey_list, "WINDOW", 1)
    found, steps, address = [], [], f"{LIST}?{urlencode(query)}"
    for _page in range(9):
        content = as_ada.get(address).content.decode()
        found += re.findall(r"<code>([^<]+)</code>", content)
        steps.append("Nobody among these" in content)
        further = re.search(r'rel="next" href="([^"]+)"', content)
        if not further:
            break
        address = LIST + further[1].replace("&amp;", "&")
    assert found == whole
    assert len(steps) > 1
    assert any(steps) or len(whole) >= len(steps) - 1
    file = as_ada.get(LIST, query | {"export": "people"}).content.decode("utf-8-sig").splitlines()
    assert len(file) == len(whole) + 1


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"converted": "maybe"}, {"period": "aeon"}, {"start": "x"}])
def test_a_bad_filter_is_named(as_ada, northwind, query):
    answer = as_ada.get(LIST, query)
    assert answer.status_code == 400
    assert next(iter(query)) in words(answer)


def test_a_search_leads_to_a_person_or_to_the_journey_of_an_order(as_ada, people):
    answer = as_ada.get(LIST, {"q": " NB-20418 "})
    assert answer.status_code == 302
    assert re.fullmatch(rf"{LIST}NBC-8841/\?conversion=\d+", answer.url)
    assert as_ada.get(LIST, {"q": "?7f3a-c2e1"}).url == reverse("journey", args=["northwind-bikes", "?7f3a-c2e1"])
    assert "Nobody is known as “nobody”" in words(as_ada.get(LIST, {"q": "nobody"}))


@pytest.mark.parametrize("path", [LIST, f"{LIST}?converted=yes&channel=Email", f"{LIST}NBC-8841/", f"{LIST}?q=NB-1"])
def test_pages_of_people_ask_little(as_ada, people, path):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert as_ada.get(path).status_code == 200
    assert len(asked) <= MOST_QUERIES, [query["sql"][:90] for query in asked]


def test_an_empty_workspace_says_how_a_journey_begins(as_ada, northwind, goal):
    assert "Nobody is known yet" in words(as_ada.get(LIST))
