"""The tabs Look-back, Top paths, and Time and length: what they say, and that their files hold the same figures."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.credited import a_credited_shop
from tests.web.test_attribution_pages import Reader

pytestmark = pytest.mark.django_db(transaction=True)
TABS = ("/attribution/look-back/", "/attribution/paths/", "/attribution/timing/")


@pytest.fixture
def shop():
    return a_credited_shop()


@pytest.fixture
def ada(shop):
    return Reader(shop)


def test_paths_are_listed_with_their_shares(ada):
    said = ada.words("/attribution/paths/")
    assert "met one channel only" in said
    assert "Total, 2 different paths" in said
    assert "Paid Social" in said
    rows = ada.table("/attribution/paths/?export=paths")
    assert [row[0] for row in rows[1:3]] == ["Email", "Paid Social → Paid Search"]
    assert sum(float(row[2]) for row in rows[1:-1]) == float(rows[-1][2])
    assert float(rows[-1][4]) == 5_327


def test_only_long_paths_can_be_asked_for(ada):
    rows = ada.table("/attribution/paths/?steps=2&export=paths")
    assert [row[0] for row in rows[1:]] == ["Paid Social → Paid Search", "Other paths", "Unattributed", "Total"]
    assert "No path of these days has so many steps." in ada.words("/attribution/paths/?steps=9")


def test_time_and_length_say_the_middle_and_nine_of_ten(ada):
    said = ada.words("/attribution/timing/")
    assert "Half of the conversions come within 60 min of the first touch , nine of ten within 2 h." in said
    assert "Half take 1 touch, nine of ten 2 or fewer." in said
    for table in ("times", "lengths"):
        rows = ada.table(f"/attribution/timing/?export={table}")
        assert sum(float(row[1]) for row in rows[1:-1]) == float(rows[-1][1])


def test_look_backs_stand_beside_the_one_in_use(ada):
    said = ada.words("/attribution/look-back/")
    assert "90 days in use" in said
    rows = ada.table("/attribution/look-back/?export=look-backs")
    assert rows[0][:3] == ["Channel", "1 day, revenue (EUR)", "1 day, conversions"]
    for place in range(1, len(rows[0])):
        assert sum(float(row[place]) for row in rows[1:-1]) == pytest.approx(float(rows[-1][place]))
    stored = {row[0]: row[2] for row in ada.table("/attribution/by/?export=groups")[1:]}
    last = rows[0].index("90 days, revenue (EUR)")
    assert {row[0]: row[last] for row in rows[1:]} == stored


def test_a_model_of_whole_paths_is_replaced_and_the_page_says_so(ada):
    said = ada.words("/attribution/look-back/?model=markov_1")
    assert "Markov, order 1 weighs the paths of all journeys together" in said
    assert "under Linear" in said


def test_too_many_conversions_are_not_worked_out_while_somebody_waits(ada, monkeypatch):
    from reports.catalogue import look_back

    monkeypatch.setattr(look_back, "MOST_AT_ONCE", 1)
    assert "Too many conversions to compare look-backs at once" in ada.words("/attribution/look-back/")


def test_tabs_carry_the_filters_on(ada):
    page = ada.get("/attribution/paths/?model=shapley").content.decode()
    assert "/attribution/timing/?start=2026-03-01&amp;end=2026-03-20&amp;model=shapley" in page


@pytest.mark.parametrize("path", TABS)
def test_without_conversions_the_tabs_say_what_is_missing(ada, path):
    answer = ada.client.get(f"{ada.base}{path}?start=2025-01-01&end=2025-01-31")
    assert "Nothing to credit in this period" in answer.content.decode()


@pytest.mark.parametrize("path", TABS)
def test_the_tabs_ask_little_and_carry_no_styles(ada, path):
    page = ada.get(path).content.decode()
    assert " style=" not in page
    with CaptureQueriesContext(connection) as asked:
        ada.get(path)
    assert len(asked) <= 30


@pytest.mark.parametrize(
    "query", ["paths/?repeats=some", "paths/?steps=0", "timing/?goal=999", "look-back/?model=clever"]
)
def test_a_wrong_address_is_answered_with_what_to_do(ada, query):
    assert ada.client.get(f"{ada.base}/attribution/{query}").status_code == 400
