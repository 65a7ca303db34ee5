"""The page of campaigns: what it says, where it leads, and that its file holds the same figures."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from tests.web.credited import a_credited_shop
from tests.web.test_attribution_pages import Reader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop():
    return a_credited_shop()


@pytest.fixture
def ada(shop):
    return Reader(shop)


def test_campaigns_stand_in_their_channels_colour_with_their_figures(ada):
    page = ada.get("/campaigns/").content.decode()
    assert 'class="shape ch-email"' in page
    said = ada.words("/campaigns/")
    assert "Without a campaign" in said
    assert "Unattributed" in said
    assert "CPA = cost / conversions." in said


def test_the_section_stands_after_returns(ada):
    page = ada.get("/campaigns/").content.decode()
    side = re.search(r'<nav class="side-nav".*?</nav>', page, re.S)[0]
    names = re.findall(r"<span>(.*?)</span>", side)
    assert names.index("Campaigns") == names.index("Returns") + 1
    assert re.search(r'campaigns/" aria-current="page"', side)


def test_the_file_adds_up_like_the_page(ada):
    heads, *rows = ada.table("/campaigns/?export=campaigns")
    assert heads[:2] == ["Campaign", "Channel"]
    assert heads[8:10] == ["Revenue (EUR)", "Revenue (EUR) before"]
    assert {len(row) for row in rows} == {len(heads)}
    assert rows[-1][0] == "Total"
    assert sum(float(row[8]) for row in rows[:-1] if row[8]) == pytest.approx(float(rows[-1][8]))
    assert float(rows[-1][8]) == 5_327


def test_a_name_leads_to_its_people_and_for_clients_to_its_sources(ada, shop):
    page = ada.get("/campaigns/").content.decode()
    people = re.search(r'href="([^"]*/attribution/people/[^"]*campaign=spring[^"]*)"', page)[1].replace("&amp;", "&")
    assert ada.client.get(people).status_code == 200
    client = Reader(shop, Role.CLIENT)
    page = client.get("/campaigns/").content.decode()
    assert "/attribution/people/" not in page
    sources = re.search(r'href="([^"]*/attribution/by/[^"]*campaign=spring[^"]*)"', page)[1].replace("&amp;", "&")
    assert "news / email" in client.client.get(sources).content.decode()
    assert "campaign=spring" not in client.get("/campaigns/?model=shapley").content.decode()


def test_a_name_can_be_found_and_nothing_found_is_said(ada):
    assert "1 of 3 campaigns" in ada.words("/campaigns/?q=SPRI")
    assert "No name holds “nothing like it”." in ada.words("/campaigns/?q=nothing+like+it")


def test_no_comparison_leaves_the_period_before_away(ada):
    assert "Small figures: the period before." in ada.words("/campaigns/")
    page = ada.get("/campaigns/?compare=none").content.decode()
    assert 'class="sub"' not in re.search(r'<table class="table campaigns-table.*?</table>', page, re.S)[0]


def test_without_anything_the_page_says_what_is_missing(ada):
    answer = ada.client.get(f"{ada.base}/campaigns/?start=2025-01-01&end=2025-01-31")
    assert "No campaign and no conversion in these days" in answer.content.decode()


@pytest.mark.parametrize("model", ["linear", "markov_2"])
def test_it_asks_little(ada, model):
    ada.get(f"/campaigns/?model={model}")
    with CaptureQueriesContext(connection) as asked:
        ada.get(f"/campaigns/?model={model}")
    assert len(asked) <= 30, [query["sql"][:90] for query in asked]


@pytest.mark.parametrize("query", ["model=clever", "goal=999", "cursor=x", "compare=never", "start=x"])
def test_a_wrong_address_is_answered_with_what_to_do(ada, query):
    assert ada.client.get(f"{ada.base}/campaigns/?{query}").status_code == 400
