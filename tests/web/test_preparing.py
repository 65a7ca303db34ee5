"""While kernels are being compiled, pages that compute with them say so at once, and work as soon as they are made."""

import pytest

from config import kernels, pulse
from tests.web.test_returns_page import words
from web.pages import WorkspacePage

pytestmark = pytest.mark.django_db
WANTED = ("attribution/look-back/", "attribution/people/?channel=Email", "pipeline/", "funnels/")


@pytest.fixture
def compiling(monkeypatch, tmp_path):
    """A process that compiles, into a cache that nothing is in."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(pulse, "age_s", lambda who: 1.0 if who == "kernels" else None)
    return tmp_path


@pytest.mark.parametrize("path", WANTED)
def test_a_page_says_that_it_is_being_prepared_and_looks_again(as_ada, northwind, goal, compiling, path):
    answer = as_ada.get(f"/w/northwind-bikes/{path}")
    assert answer.status_code == 200
    assert "This page is being prepared" in words(answer)
    assert 'hx-trigger="every 3s"' in answer.content.decode()
    kernels._note(compiling, kernels.fingerprint()).touch()
    assert "being prepared" not in words(as_ada.get(f"/w/northwind-bikes/{path}"))


def test_pages_without_them_never_wait(as_ada, northwind, goal, compiling):
    for path in ("", "attribution/", "returns/", "live/"):
        assert "being prepared" not in words(as_ada.get(f"/w/northwind-bikes/{path}"))
    assert not WorkspacePage.wants_kernels


def test_without_anybody_who_compiles_nobody_waits(as_ada, northwind, goal, compiling, monkeypatch):
    monkeypatch.setattr(pulse, "age_s", lambda who: None)
    assert "being prepared" not in words(as_ada.get(f"/w/northwind-bikes/{WANTED[0]}"))
