"""The journey of one person: every column adds up, and equals what the stored days hold, to the last unit."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from attribution.core.rules import RULES
from attribution.models import DailyCredit
from common.errors import Refusal
from reports.catalogue import journey
from reports.catalogue.journey_shares import SHARING
from reports.core.rounding import round_together
from tests.reports.test_solved import DAY, EMAIL, SEARCH, Integrator
from tests.tracking.core.given import NOON, event, identify, order, page, refund, tagged
from tracking.actions import set_pipeline
from tracking.models import Conversion, Touch

pytestmark = pytest.mark.django_db(transaction=True)

SOCIAL = tagged("reels", source="tiktok", medium="paid_social")
SHOP = "https://shop.example.test/checkout"
LATER = NOON + 30 * DAY


@pytest.fixture
def shop() -> Integrator:
    return Integrator()


def look(shop: Integrator, alias: str, **query: str):
    """The journey as the page asks for it."""
    with shop.shop.open():
        params = journey.parse_params(alias, query)
        return journey.build(shop.shop.workspace, params, LATER)


def walk_far(shop: Integrator) -> None:
    """Ada: an old visit, four that count, one back from paying, a lead, an order, a partial refund, one visit more."""
    set_pipeline(
        shop.shop.workspace,
        [
            {"name": "Lead", "event": "Signed Up", "role": "lead"},
            {"name": "Customer", "event": "Order Completed", "role": "customer"},
        ],
    )
    shop.shop.post(
        [
            page("ada", NOON - 100 * DAY, EMAIL),
            page("ada", NOON, EMAIL),
            page("ada", NOON + 2 * DAY, SEARCH + "&gclid=abc"),
            event("track", "ada", NOON + 2 * DAY + timedelta(minutes=3), name="Signed Up"),
            page("ada", NOON + 5 * DAY, SOCIAL),
            page("ada", NOON + 6 * DAY, "https://shop.example.test/cart"),
            page("ada", NOON + 6 * DAY + timedelta(minutes=4), SHOP, "https://checkout.stripe.com/pay"),
            order("ada", NOON + 6 * DAY + timedelta(minutes=5), "NB-1", revenue=100),
            page("ada", NOON + 9 * DAY, SEARCH),
            refund("ada", NOON + 10 * DAY, "NB-1", refund_id="r1", total=20.01),
        ]
    )
    shop.settle()


def test_every_column_of_a_journey_adds_up_to_its_conversion(shop):
    walk_far(shop)
    report = look(shop, "ada")
    assert report.conversion.value == Decimal("79.990000")
    counting = [touch for touch in report.touches if touch.counts]
    assert [touch.number for touch in counting] == [1, 2, 3, 4]
    for model in SHARING:
        assert sum(touch.shares[model].value for touch in counting) == report.conversion.value, model
        assert sum(touch.shares[model].credit for touch in counting) == 1, model


def test_credit_of_everybody_equals_the_stored_days_to_the_last_unit(shop):
    walk_far(shop)
    shop.walk(EMAIL, SEARCH, EMAIL, SOCIAL, worth=33.33, times=3)
    shop.walk(SOCIAL, worth=0.01)
    shop.walk(EMAIL, SEARCH, "https://shop.example.test/", worth=10)
    shop.settle()
    workspace = shop.shop.workspace
    found: dict = defaultdict(lambda: [0, 0])
    with shop.shop.open():
        conversions = list(Conversion.objects.of(workspace))
        stored = {
            (row.day, row.goal_id, row.rule, mark): [credit, value]
            for row in DailyCredit.objects.of(workspace)
            for mark, credit, value in zip(row.marks, row.credit, row.value, strict=True)
        }
        marks = {(t.person_id, t.at, t.tie): t.mark_id for t in Touch.objects.of(workspace)}
        for conversion in conversions:
            add_credit(found, workspace, conversion, marks)
    assert {key: numbers for key, numbers in found.items() if numbers != [0, 0]} == stored
    assert len(stored) > 40


def add_credit(found, workspace, conversion, marks) -> None:
    from reports.catalogue import journey_rows

    (_namespace, alias), *_rest = journey_rows.load_first_names(workspace, [conversion.person_id]).values()
    report = journey.build(workspace, journey.parse_params(alias, {"conversion": str(conversion.id)}), LATER)
    day = conversion.at.astimezone(report_zone(workspace)).date()
    for touch in report.touches:
        for rule in RULES if touch.counts else ():
            key = (day, conversion.goal_id, rule, marks[conversion.person_id, touch.at, 0])
            share = touch.shares[rule]
            found[key][0] += int(share.credit.scaleb(9))
            found[key][1] += int((share.value or Decimal(0)).scaleb(6))


def report_zone(workspace):
    from zoneinfo import ZoneInfo

    return ZoneInfo(workspace.timezone)


def test_what_does_not_count_stays_in_its_place_with_the_reason(shop):
    walk_far(shop)
    report = look(shop, "ada")
    rows = [(touch.channel, touch.number, touch.reason.split(":")[0]) for touch in report.touches]
    assert rows == [
        ("Email", None, "Too old"),
        ("Email", 1, ""),
        ("Paid Search", 2, ""),
        ("Paid Social", 3, ""),
        ("Direct", 4, ""),
        (None, None, "Back from paying or signing in, inside the same visit"),
        ("Paid Search", None, "After the conversion"),
    ]
    assert [touch.evidence for touch in report.touches] == [
        "tags", "tags", "both", "tags", "none", "referrer", "tags",
    ]  # fmt: skip
    told = [(moment.kind, moment.title) for moment in report.moments]
    assert told == [("stage", "Lead"), ("stage", "Customer"), ("refund", "NB-1")]


def test_each_model_says_in_words_what_it_does_here(shop):
    walk_far(shop)
    words = {model.name: model.words for model in look(shop, "ada").models}
    assert words["linear"] == "Each of the 4 touches inside the 90-day look-back gets 1/4 of €79.99: €20.00."
    assert words["first_touch"] == "All of €79.99 goes to the first touch: Email on 2 March."
    assert words["last_non_direct"].endswith("the last touch that is not Direct: Paid Social on 7 March.")
    assert words["u_shaped"] == (
        "40% each for first touch (Email on 2 March, €32.00), lead (Paid Search on 4 March, €32.00)."
        " The 2 other touches share 20% evenly."
    )
    assert "No touch of this journey led to: opportunity. What falls away" in words["w_shaped"]
    assert words["full_path"].startswith("22.5% each for first touch")
    assert "The 4 channels of the journey (Email, Paid Search, Paid Social, Direct)" in words["shapley"]
    assert "says nothing about a single conversion" in words["markov_1"]


def test_the_finding_counts_and_the_notes_tell_of_the_refund(shop):
    walk_far(shop)
    report = look(shop, "ada", model="linear")
    assert report.finding.before == "Four touches over 6 days led to this conversion. "
    assert report.finding.stress == "Under Linear each earns €20.00"
    assert "€20.01 of €100.00 was given back" in report.notes[0]
    assert look(shop, "ada", model="first_touch").finding.stress == "Under First touch, Email earns all of it"


def test_any_id_of_a_person_leads_to_the_same_journey_and_odd_ones_too(shop):
    odd = "?a/../b#c%2F \N{SNOWMAN}"
    shop.shop.post([page(odd, NOON, EMAIL), identify("ada", odd, NOON + DAY), order("ada", NOON + 2 * DAY, revenue=5)])
    shop.settle()
    for alias in (odd, "ada"):
        report = look(shop, alias)
        assert [touch.channel for touch in report.touches] == ["Email"]
        assert {known.value for known in report.names} == {odd, "ada"}
    assert look(shop, "nobody") is None
    assert look(shop, "nul\x00") is None


def test_several_conversions_are_chosen_by_their_address(shop):
    shop.shop.post([page("ada", NOON, EMAIL)])
    for number in range(3):
        shop.order("ada", NOON + (number + 1) * DAY, 10 + number)
    shop.settle()
    latest = look(shop, "ada")
    assert latest.conversion.value == 12
    assert [found.value for found in latest.conversions] == [12, 11, 10]
    first = latest.conversions[-1]
    assert look(shop, "ada", conversion=str(first.id)).conversion == first
    shop.walk(EMAIL, worth=5)
    shop.settle()
    theirs = look(shop, "p1").conversion
    with pytest.raises(Refusal) as refused:
        look(shop, "ada", conversion=str(theirs.id))
    assert refused.value.field == "conversion"


@pytest.mark.parametrize("query", [{"model": "magic"}, {"conversion": "x"}, {"conversion": "9" * 19}, {"id": "name"}])
def test_a_bad_address_names_the_parameter(query):
    with pytest.raises(Refusal) as refused:
        journey.parse_params("ada", query)
    assert refused.value.field == next(iter(query))


def test_a_visitor_without_a_conversion_has_a_journey_too(shop):
    shop.shop.post([page("?v", NOON, EMAIL), page("?v", NOON + DAY, SEARCH)])
    shop.settle()
    report = look(shop, "?v")
    assert report.conversion is None
    assert [touch.channel for touch in report.touches] == ["Email", "Paid Search"]
    assert report.finding.before + report.finding.stress == "Two touches so far, and no conversion"


def test_a_very_long_journey_is_folded_and_still_adds_up(shop):
    shop.shop.post(page("ada", NOON + n * timedelta(minutes=40), EMAIL if n % 2 else SEARCH) for n in range(200))
    shop.order("ada", NOON + 20 * DAY, 100)
    shop.settle()
    report = look(shop, "ada")
    counting = [touch for touch in report.touches if touch.counts]
    assert len(counting) == 81
    assert sum(touch.folded or 1 for touch in counting) == report.counted == 200
    assert [touch.number for touch in counting][29:33] == [30, 31, 151, 152]
    for model in SHARING:
        assert sum(touch.shares[model].value for touch in counting) == 100


def test_rounding_together_keeps_the_sum():
    third = [Decimal("26.666667"), Decimal("26.666667"), Decimal("26.666666")]
    assert round_together(third, 2) == [Decimal("26.67"), Decimal("26.67"), Decimal("26.66")]
    assert round_together([-part for part in third], 2)[2] == Decimal("-26.66")
    assert round_together([Decimal(0), Decimal("0.005"), Decimal("0.005")], 2) == [0, Decimal("0.01"), 0]
    assert round_together([], 2) == []
    assert round_together([Decimal("186")], 0) == [186]
