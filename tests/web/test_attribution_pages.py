"""The pages of attribution, over events that were really derived and filled: what they say, and where they lead."""

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from reports.catalogue.params import parse_params
from reports.core.lateness import Lateness
from reports.storage_lateness import save_lateness
from tests.web.credited import MARCH, a_credited_shop, a_member

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = datetime(2026, 3, 21, 20, tzinfo=UTC)


class Reader:
    """Somebody with a browser that only reads text."""

    def __init__(self, shop, role=Role.ANALYST):
        self.client = Client()
        self.client.force_login(a_member(shop, role, role))
        self.base = f"/w/{shop.shop.workspace.slug}"

    def get(self, path, status=200, **more):
        separator = "&" if "?" in path else "?"
        answer = self.client.get(f"{self.base}{path}{separator}{MARCH}", **more)
        assert answer.status_code == status, answer.content[:2_000]
        return answer

    def words(self, path):
        page = self.get(path).content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<(script|svg).*?</\1>", "", page, flags=re.S)))

    def table(self, path):
        return list(csv.reader(io.StringIO(self.get(path).content.decode("utf-8-sig"))))


@pytest.fixture
def shop():
    return a_credited_shop()


@pytest.fixture
def ada(shop):
    return Reader(shop)


def test_the_finding_the_verdicts_and_the_check_are_said(ada):
    said = ada.words("/attribution/")
    assert "Email pays for itself under all 12 models. Paid Social never does." in said
    assert "Paid Search depends on the model: Last touch gives it €3,440" in said
    for verdict in ("Wins", "Depends", "Loses"):
        assert verdict in said
    assert "Every model hands out exactly €5,320; €7 has no touch; together €5,327." in said
    assert "Too close to call: Email and Paid Social; Paid Social and Paid Search." in said


def test_while_days_fill_no_channel_is_called_a_loser(ada, shop, monkeypatch):
    slow = Lateness(days=30, conversions=100, hours=[20, 1_000], came=[50, 50], out_of=[50, 100])
    with shop.shop.open():
        goal = parse_params(shop.shop.workspace, {}, now=EVENING).goal
        save_lateness(shop.shop.workspace, {goal.pk: slow}, EVENING)
    monkeypatch.setattr("django.utils.timezone.now", lambda: EVENING)
    said = ada.words("/attribution/?compare=before")
    assert "Email pays for itself under all 12 models." in said
    assert "Paid Social never does" not in said
    assert "Too early" in said
    assert "Loses" not in said
    assert "is expected once late conversions are in." in said
    assert "Still filling: these 20 days hold 50%" in said


def test_what_the_plots_draw_is_what_the_api_answers(ada, shop):
    page = ada.get("/attribution/").content.decode()
    drawn = json.loads(re.search(r'<script id="days-json" type="application/json">(.*?)</script>', page, re.S)[1])
    path = f"/api/v1/workspaces/{shop.shop.workspace.slug}/reports/over-time/?{MARCH}"
    said = Client().get(path, headers={"Authorization": f"Bearer {shop.secret}"}).json()
    assert drawn["series"] == said["series"]
    assert drawn["slots"] == said["slots"]


def test_no_page_carries_styles_or_scripts_of_its_own(ada):
    for path in ("/attribution/", "/attribution/by/", "/attribution/people/?channel=Email"):
        page = ada.get(path).content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<style", page)
        for script in re.findall(r"<script([^>]*)>", page):
            assert "src=" in script or 'type="application/json"' in script


@pytest.mark.parametrize(
    "path",
    [
        "/attribution/",
        "/attribution/?model=markov_2",
        "/attribution/?model=shapley&interval=week",
        "/attribution/by/?group_by=campaign&channel=Email",
        "/attribution/people/?channel=Email",
    ],
)
def test_no_page_asks_more_than_thirty_questions(ada, path):
    ada.get(path)
    with CaptureQueriesContext(connection) as asked:
        ada.get(path)
    assert len(asked) <= 30, [query["sql"][:90] for query in asked]


def test_one_step_deeper_is_one_click_from_a_channel_to_a_journey(ada):
    models = ada.get("/attribution/").content.decode()
    campaigns = re.search(r'href="(/w/[^"]*group_by=campaign&amp;channel=Email[^"]*)"', models)[1].replace("&amp;", "&")
    groups = ada.client.get(campaigns).content.decode()
    people = re.search(r'href="([^"]*/attribution/people/[^"]*campaign=spring[^"]*)"', groups)[1].replace("&amp;", "&")
    listed = ada.client.get(people).content.decode()
    conversion = re.search(r'href="(/w/[^"]*/conversions/\d+/[^"]*)"', listed)[1].replace("&amp;", "&")
    journey = ada.client.get(conversion, follow=True)
    assert journey.status_code == 200
    assert "/journeys/" in journey.redirect_chain[-1][0]
    assert "€40.00" in journey.content.decode()


@pytest.mark.parametrize("model", ["linear", "first_touch", "last_touch", "time_decay", "shapley"])
def test_what_the_people_of_a_channel_earned_adds_up_to_its_credit(ada, model):
    people = ada.table(f"/attribution/people/?channel=Paid+Search&model={model}&export=people")
    earned = sum(float(row[-1]) for row in people[1:] if row[-1])
    groups = {row[0]: row for row in ada.table(f"/attribution/by/?model={model}&export=groups")[1:]}
    assert len(people) - 1 == 32
    assert earned == pytest.approx(float(groups["Paid Search"][2]) if "Paid Search" in groups else 0)


def test_a_campaign_of_shapley_adds_up_too_and_markov_says_nothing_of_one_order(ada):
    people = ada.table("/attribution/people/?campaign=autumn&model=shapley&export=people")
    groups = {row[0]: row for row in ada.table("/attribution/by/?group_by=campaign&model=shapley&export=groups")[1:]}
    assert sum(float(row[-1]) for row in people[1:]) == pytest.approx(float(groups["autumn"][2]))
    assert {row[-1] for row in ada.table("/attribution/people/?channel=Email&model=markov_1&export=people")[1:]} == {""}
    assert "it says nothing about a single conversion" in ada.words("/attribution/people/?channel=Email&model=markov_1")


def test_what_is_narrowed_to_a_channel_holds_its_campaigns_only(ada):
    rows = ada.table("/attribution/by/?group_by=campaign&channel=Email&export=groups")
    assert [row[:2] for row in rows[1:]] == [["spring", "Email"]]
    solved = ada.table("/attribution/by/?group_by=campaign&channel=Email&model=markov_1&export=groups")
    assert [row[:2] for row in solved[1:]] == [["spring", "Email"]]


def test_rows_add_up_to_the_total_and_the_search_finds_a_name(ada):
    rows = ada.table("/attribution/by/?group_by=source_medium&export=groups")
    *groups, nobody, total = rows[1:]
    assert sum(float(row[2]) for row in (*groups, nobody)) == pytest.approx(float(total[2]))
    found = ada.words("/attribution/by/?group_by=campaign&q=AUT")
    assert "autumn" in found
    assert "spring" not in found
    assert "1 of 3 rows" in found
    assert "No name holds “nothing like it”." in ada.words("/attribution/by/?q=nothing+like+it")


def test_every_table_is_a_file_with_its_units(ada):
    heads, *rows = ada.table("/attribution/?export=models")
    assert heads[:2] == ["channel", "First touch (EUR)"]
    assert {len(row) for row in rows} == {len(heads)}
    assert rows[-1][0] == "Total"
    heads, *rows = ada.table("/attribution/?export=days&interval=week")
    assert heads[:2] == ["From", "To"]
    assert sum(float(row[-1]) for row in rows) == 5_327


def test_people_come_in_pages(ada, monkeypatch):
    from reports.catalogue import conversion_list

    monkeypatch.setattr(conversion_list, "PAGE", 20)
    seen, path = [], "/attribution/people/?channel=Paid+Search"
    while path:
        page = ada.get(path).content.decode()
        seen += re.findall(r"/conversions/(\d+)/", page)
        further = re.search(r'rel="next" href="[^"]*cursor=([0-9.]+)', page)
        path = f"/attribution/people/?channel=Paid+Search&cursor={further[1]}" if further else ""
    assert len(seen) == len(set(seen)) == 32


def test_markov_says_that_it_has_no_days_and_long_periods_have_no_thousand_bars(ada):
    assert "No credit per day under this model" in ada.words("/attribution/?model=markov_1")
    assert "Credit per week" not in ada.words("/attribution/")
    answer = ada.client.get(f"{ada.base}/attribution/?start=2024-01-01&end=2026-03-20&interval=day")
    assert "Credit per month" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "model=clever",
        "goal=999",
        "interval=year",
        "group_by=colour",
        "cursor=x",
        "channel=Email%00",
        "model=markov_1&medium=email",
    ],
)
def test_a_wrong_address_is_answered_with_what_to_do(ada, query):
    page = "by/" if "interval" not in query else ""
    answer = ada.client.get(f"{ada.base}/attribution/{page}?{query}")
    assert answer.status_code == 400
    assert ada.client.get(f"{ada.base}/attribution/people/?cursor=1.x").status_code == 400


def test_clients_see_figures_and_no_people(shop):
    client = Reader(shop, Role.CLIENT)
    assert "/attribution/people/" not in client.get("/attribution/").content.decode()
    assert "/attribution/people/" not in client.get("/attribution/by/?group_by=campaign").content.decode()
    client.get("/attribution/people/?channel=Email", status=403)
    client.get("/conversions/1/", status=403)


def test_a_conversion_that_is_not_there_is_not_found(ada):
    ada.get("/conversions/999999/", status=404)
    ada.get("/conversions/99999999999999999999/", status=404)


def test_without_conversions_the_pages_say_what_is_missing(ada):
    for path in ("/attribution/", "/attribution/by/", "/attribution/people/"):
        answer = ada.client.get(f"{ada.base}{path}?start=2025-01-01&end=2025-01-31")
        assert "Nothing to credit in this period" in answer.content.decode()
