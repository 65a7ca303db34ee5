"""How far the demo is filled, said on its pages and nowhere else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import create_workspace
from accounts.models import Agency
from web.demo.progress import demo_progress

pytestmark = pytest.mark.django_db


def test_an_empty_demo_says_how_far_it_is_and_looks_again(as_ada, agency, northwind, goal):
    Agency.objects.filter(pk=agency.pk).update(is_demo=True)
    page = as_ada.get("/w/northwind-bikes/").content.decode()
    assert "Filling the demo: 0 of 365 days" in page
    assert 'hx-trigger="every 5s"' in page


def test_real_workspaces_know_nothing_of_it(as_ada, northwind, goal):
    assert "Filling the demo" not in as_ada.get("/w/northwind-bikes/").content.decode()
    assert demo_progress(northwind, timezone.now()) is None


def test_days_after_the_first_count_too(agency, northwind, goal):
    agency.is_demo = True
    northwind.agency = agency
    progress = demo_progress(northwind, timezone.now() + timedelta(days=10))
    assert (progress.done, progress.total, progress.percent) == (0, 375, 0)


def test_a_workspace_somebody_made_beside_the_demo_is_a_real_one(agency):
    agency.is_demo = True
    mine, _ = create_workspace(agency, name="My own shop")
    assert demo_progress(mine, timezone.now()) is None
