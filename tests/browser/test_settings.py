"""The settings in a real browser: reachable for everybody, with and without scripts, and live where they say so."""

import pytest

from tests.browser.test_pages import LOOKS, faults, sideways
from tests.web.shop import a_page, a_track, tell

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = "/w/northwind-bikes/settings/"
PAGES = ["", "goals/", "goals/goal/", "channel-rules/", "spend/", "keys/", "install/"]
AGENCY = ["/agency/marlow-pike/audit/", "/agency/marlow-pike/tokens/"]
RULES = [{"channel": "Affiliates", "all": [{"field": "source", "op": "equals", "value": "ridehub"}]}]
META = (
    "Campaign name,Reporting starts,Reporting ends,Amount spent (EUR)\n"
    "spring,2026-02-01,2026-02-01,8.50\nspring,2026-02-02,2026-02-02,nine\n"
)


@pytest.fixture
def owner(ada, northwind):
    """Ada runs the agency, and there is something on every page."""
    from accounts.actions import create_api_token, create_write_key
    from accounts.models import Membership, Role

    Membership.objects.update(role=Role.OWNER)
    create_write_key(northwind)
    create_api_token(northwind.agency, scope="read", workspace=northwind, name="Export")
    northwind.channel_rules = RULES
    northwind.save()
    tell(
        northwind,
        a_page("https://shop.example/", "anna", days=2, referrer="https://fietsforum.example/t/1"),
        a_page("https://shop.example/", "bob", days=3, referrer="https://fietsforum.example/t/1"),
        a_track("Trial Started", "anna", plan="pro", days=1),
    )


def visit(page, path):
    page.goto(path)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_use_the_settings(open_page, owner, screen, theme):
    page = open_page(SETTINGS, screen=screen, theme=theme)
    # What the pages on the way said is their own tests' affair.
    page.said.clear()
    for path in [*(SETTINGS + name for name in PAGES), *AGENCY]:
        visit(page, path)
        assert (path, faults(page)) == (path, [])
        assert page.said == []


def test_nothing_scrolls_sideways_on_320_pixels(open_page, owner):
    page = open_page(SETTINGS, screen="narrow")
    for path in [*(SETTINGS + name for name in PAGES), *AGENCY]:
        visit(page, path)
        assert (path, sideways(page)) == (path, 0)


def test_a_key_is_revoked_only_after_a_question_and_without_scripts(open_page, owner):
    page = open_page(f"{SETTINGS}keys/", java_script_enabled=False)
    page.get_by_role("button", name="Revoke").first.click()
    dialog = page.get_by_role("dialog").first
    assert dialog.is_visible()
    dialog.get_by_role("button", name="Keep it").click()
    assert not dialog.is_visible()
    page.get_by_role("button", name="Revoke").first.click()
    dialog.get_by_role("button", name="Revoke").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("Ended").first.is_visible()


def test_the_effect_of_a_rule_follows_what_is_typed(open_page, owner, northwind):
    page = open_page(f"{SETTINGS}channel-rules/")
    page.said.clear()
    page.get_by_role("button", name="Add rule").click()
    page.get_by_label("Field 1").select_option("referrer_host")
    page.get_by_label("Compared with 1").fill("fietsforum")
    page.get_by_label("Channel", exact=True).fill("Forum")
    page.get_by_text("2 touches of 2 people move.").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Close the rule").click()
    page.get_by_role("button", name="Move rule 2 up").click()
    page.locator(".rule").nth(0).get_by_text("Forum", exact=True).wait_for()
    page.locator(".rule").nth(0).drag_to(page.locator(".rule").nth(1))
    page.locator(".rule").nth(1).get_by_text("Forum", exact=True).wait_for()
    page.get_by_role("button", name="Save and fill the days").click()
    page.get_by_text("Saved.").wait_for()
    northwind.refresh_from_db()
    assert [rule["channel"] for rule in northwind.channel_rules] == ["Affiliates", "Forum"]
    assert page.said == []


def test_rules_are_changed_without_scripts_too(open_page, owner, northwind):
    page = open_page(f"{SETTINGS}channel-rules/", java_script_enabled=False)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Compared with 1").fill("ridehub.example")
    page.get_by_role("button", name="Save and fill the days").click()
    page.wait_for_load_state("networkidle")
    northwind.refresh_from_db()
    assert northwind.channel_rules[0]["all"][0]["value"] == "ridehub.example"


def test_a_goal_says_what_it_would_have_counted_while_it_is_typed(open_page, owner):
    page = open_page(f"{SETTINGS}goals/goal/")
    page.said.clear()
    page.get_by_label("Event", exact=True).fill("Trial Started")
    page.get_by_text("Would have counted 1 in the last 30 days.").wait_for()
    page.get_by_label("Property 1").fill("plan")
    page.get_by_label("Compared with 1").fill("gold")
    page.get_by_text("none meets the filters").wait_for()
    assert page.said == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_of_spend_is_looked_at_and_then_saved(open_page, owner, scripts):
    page = open_page(f"{SETTINGS}spend/", java_script_enabled=scripts)
    file = {"name": "meta.csv", "mimeType": "text/csv", "buffer": META.encode()}
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_role("heading", name="This looks like an export of Meta Ads").wait_for()
    if scripts:
        assert faults(page) == []
    page.get_by_role("button", name="Save 1 line").click()
    page.get_by_text("Saved: 1 new, 0 replaced. 1 line left out.").wait_for()
    assert page.get_by_role("cell", name="€8.50").first.is_visible()
