"""A week whose last days are still filling: so far and expected, in the same figures wherever it is read."""

import io
from decimal import Decimal as D

import pytest
from pypdf import PdfReader

from accounts.tenancy import workspace_scope
from reports.catalogue import weekly
from reports.core.lateness import Lateness
from reports.storage_lateness import save_lateness
from reports.ways_out.chart import describe_days, draw_days
from reports.ways_out.letter import write_letter
from reports.ways_out.shown import show_week
from reports.ways_out.wearing import wear
from reports.weekly_report import freeze, thaw
from tests.reports.weeks import MONDAY, a_shop, spent, the_week, two_weeks

pytestmark = pytest.mark.django_db
# Of 100: 40 in hour 20, 40 in hour 50, 20 in hour 75. On Monday at 8 the days began 32, 56, 80 … hours ago.
CURVE = Lateness(days=60, conversions=100, hours=[20, 50, 75], came=[40, 40, 20], out_of=[40, 80, 100])


@pytest.fixture
def shop():
    workspace = a_shop()
    with workspace_scope(workspace):
        goal = two_weeks(workspace)
        save_lateness(workspace, {goal.pk: CURVE}, MONDAY)
        yield workspace


def test_each_day_says_how_much_of_it_is_here(shop):
    report = the_week(shop)
    assert [day.complete_share for day in report.days] == [1, 1, 1, 1, 1, 0.8, 0.4]
    assert [day.is_filling for day in report.days] == [False] * 5 + [True, True]
    # A day has 880.50 and 30.25 that nobody earned.
    assert [day.expected and day.expected.revenue for day in report.days[4:]] == [None, D("1138.4375"), D("2276.875")]
    assert report.expected.revenue == 5 * D("910.75") + D("1138.4375") + D("2276.875")


def test_so_far_and_expected_stand_side_by_side(shop):
    report = the_week(shop)
    # The week before was a steady 7 × 870.65.
    assert report.heading == ("A better week: €6,375 so far, and about €7,970 once late conversions are in.")
    assert [(figure.name, figure.note) for figure in report.figures[:3]] == [
        ("Revenue so far", "+5% on the week"),
        ("Expected", "+31% on the week"),
        ("Orders", "7 without a touch"),
    ]
    assert "so far" in report.sentences[1]


def the_week_of(growth: float, curve: Lateness | None):
    """The report of a week in which Paid Search earned `growth` times as much as in the one before."""
    shop = a_shop(f"Growing {growth}")
    with workspace_scope(shop):
        goal = two_weeks(shop, growth=growth)
        if curve:
            save_lateness(shop, {goal.pk: curve}, MONDAY)
        return the_week(shop)


def test_a_channel_that_only_waits_for_late_conversions_has_not_fallen():
    assert any("Paid Search fell most" in said for said in the_week_of(0.8, None).sentences)
    report = the_week_of(0.8, CURVE)
    assert report.is_filling
    assert not any("Paid Search" in said for said in report.sentences[1:])
    # Not even all of the 1,594 that are still expected would bring it back to 14,035.
    assert any("Paid Search is furthest behind so far" in said for said in the_week_of(0.1, CURVE).sentences)


def test_a_week_is_held_against_what_the_one_before_is_expected_to_be():
    """Of 100: 50 in hour 20, 50 in hour 400: half of both weeks is here."""
    slow = Lateness(days=60, conversions=100, hours=[20, 400], came=[50, 50], out_of=[50, 100])
    report = the_week_of(1.0, slow)
    assert report.heading.startswith("A steady week: €6,375 so far, and about")
    assert [(figure.name, figure.note) for figure in report.figures[:2]] == [
        ("Revenue so far", "0% on the week"),
        ("Expected", "0% on the week"),
    ]
    # What the week before may still gain could be all of Paid Search's growth.
    assert not any("grew most" in said for said in the_week_of(1.25, slow).sentences)


def test_who_leads_leads_so_far(shop):
    assert "so far" in the_week(shop).sentences[0]


def test_a_mail_does_not_wait_for_late_conversions(shop):
    assert weekly.find_reason_to_hold(shop, the_week(shop), due_at=MONDAY, now=MONDAY) == ""


def test_the_days_are_pale_with_dashes_up_to_what_is_expected(shop):
    week = show_week(the_week(shop), wear(shop.agency), run=1)
    assert [day.expected for day in week.days] == [""] * 5 + ["€1,140", "€2,280"]
    assert week.days[6].expected_height == 1.0
    assert week.days[6].height == pytest.approx(0.4)
    assert draw_days(week.days, wear(shop.agency)).count("stroke-dasharray") == 2
    assert describe_days(week.days, "Revenue").endswith("Sun 22 €911 so far, about €2,280 expected.")
    assert week.days_deck.startswith("Figures: what is in so far.")


def test_mail_text_and_pdf_tell_the_same(shop):
    letter = write_letter(the_week(shop), wear(shop.agency), run=7)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(letter.pdf)).pages]
    for text in (letter.html, letter.text, pages[0].replace("\n", " ")):
        for said in ("€6,375", "€7,970", "Revenue so far", "Expected", "Change so far"):
            assert said in text
    assert "so far, about €2,280 expected" in letter.text
    assert letter.subject.startswith("A better week: €6,375 so far")


def test_nobody_is_judged_while_days_still_fill(shop):
    spent(shop, "Display", "700")
    assert the_week(shop).returns.sentence == (
        "€700.00 was spent. Not yet earned back, while conversions still come in: Display."
    )


def test_a_report_of_before_days_could_fill_is_read_as_it_was(shop):
    frozen = freeze(the_week(shop))
    for name in ("is_refilling", "complete_share", "expected"):
        del frozen[name]
    for day in frozen["days"]:
        del day["complete_share"], day["expected"]
    assert thaw(frozen).expected is None
    assert thaw(freeze(the_week(shop))) == the_week(shop)
