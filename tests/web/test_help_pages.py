"""The guides inside the product: every one opens, and every page leads to its chapter."""

import pytest

from web.help import GUIDES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_opens(as_ada, name):
    answer = as_ada.get(f"/help/{name}/")
    assert answer.status_code == 200
    assert "<h2 id=" in answer.content.decode()


def test_the_list_names_them_all(as_ada):
    page = as_ada.get("/help/").content.decode()
    assert all(f'href="/help/{name}/"' in page for name in GUIDES)


def test_what_is_no_guide_is_not_there(as_ada):
    assert as_ada.get("/help/secret/").status_code == 404


def test_guides_that_were_not_installed_are_not_there(as_ada, monkeypatch, tmp_path):
    from web import guides

    guides.read_guide.cache_clear()
    monkeypatch.setattr(guides, "DOCS", tmp_path)
    assert as_ada.get("/help/analyst/").status_code == 404


def test_pages_lead_to_their_chapter(as_ada, northwind, goal):
    assert 'href="/help/analyst/#overview"' in as_ada.get("/w/northwind-bikes/").content.decode()
    assert 'href="/help/account-manager/#all-clients-at-once"' in as_ada.get("/workspaces/").content.decode()
