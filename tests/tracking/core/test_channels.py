"""Source, medium and campaign to channel: every rule, its order, and what surprises about it."""

from pathlib import Path

import pytest

from tracking.core.channels import CHANNELS, classify
from tracking.core.marks import Mark


def mark(source="acme", medium="(not set)", campaign=None, **fields) -> Mark:
    rest = dict.fromkeys(("content", "term", "referrer_host", "landing_path", "click_id_kind"))
    return Mark(source=source, medium=medium, campaign=campaign, **(rest | fields))


def test_there_are_twenty_channels_in_the_order_of_their_rules():
    assert CHANNELS == (
        "Cross-network",
        "Paid Shopping",
        "Paid Search",
        "Paid Social",
        "Paid Video",
        "Display",
        "Paid Other",
        "Organic Shopping",
        "Organic Social",
        "Organic Video",
        "AI Assistants",
        "Organic Search",
        "Email",
        "Affiliates",
        "Referral",
        "Audio",
        "SMS",
        "Mobile Push Notifications",
        "Direct",
        "Unassigned",
    )


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("google", "cpc", "summer-cross-network-1", "Cross-network"),
        ("(direct)", "(none)", "Cross-Network", "Cross-network"),
        ("amazon", "cpc", None, "Paid Shopping"),
        ("google", "cpc", "eshop", "Paid Shopping"),
        ("google", "cpc", "spring shopping", "Paid Shopping"),
        ("facebook", "paid", "shop", "Paid Shopping"),
        ("google", "cpc", None, "Paid Search"),
        ("google", "ppc", None, "Paid Search"),
        ("bing", "retargeting", None, "Paid Search"),
        ("yandex", "paidsearch", None, "Paid Search"),
        ("facebook", "paid_social", None, "Paid Social"),
        ("tiktok", "cpv", None, "Paid Social"),
        ("twitter", "ecpc", None, "Paid Social"),
        ("youtube", "cpc", None, "Paid Video"),
        ("dv360", "cpm", None, "Display"),
        ("acme", "display", None, "Display"),
        ("acme", "banner", None, "Display"),
        ("acme", "expandable", None, "Display"),
        ("acme", "interstitial", None, "Display"),
        ("acme", "cpm", None, "Display"),
        ("acme", "cpc", None, "Paid Other"),
        ("chatgpt", "cpc", None, "Paid Other"),
        ("acme", "cpa", None, "Paid Other"),
        ("acme", "paid", None, "Paid Other"),
        ("ebay", "referral", None, "Organic Shopping"),
        ("acme", "referral", "coffeeshop", "Organic Shopping"),
        ("facebook", "(not set)", None, "Organic Social"),
        ("acme", "social", None, "Organic Social"),
        ("acme", "social-network", None, "Organic Social"),
        ("acme", "social-media", None, "Organic Social"),
        ("acme", "sm", None, "Organic Social"),
        ("acme", "social network", None, "Organic Social"),
        ("acme", "social media", None, "Organic Social"),
        ("vimeo", "referral", None, "Organic Video"),
        ("acme", "instream-video-ad", None, "Organic Video"),
        ("claude", "(not set)", None, "AI Assistants"),
        ("acme", "ai-assistant", None, "AI Assistants"),
        ("google", "organic", None, "Organic Search"),
        ("acme", "organic", None, "Organic Search"),
        ("duckduckgo", "referral", None, "Organic Search"),
        ("gmail", "(not set)", None, "Email"),
        ("email", "(not set)", None, "Email"),
        ("e-mail", "x", None, "Email"),
        ("e_mail", "x", None, "Email"),
        ("e mail", "x", None, "Email"),
        ("acme", "email", None, "Email"),
        ("acme", "e-mail", None, "Email"),
        ("acme", "e_mail", None, "Email"),
        ("acme", "e mail", None, "Email"),
        ("acme", "newsletter", None, "Email"),
        ("impact", "affiliate", None, "Affiliates"),
        ("acme", "affiliates", None, "Affiliates"),
        ("acme", "referral", None, "Referral"),
        ("acme", "app", None, "Referral"),
        ("acme", "link", None, "Referral"),
        ("acme", "audio", None, "Audio"),
        ("sms", "(not set)", None, "SMS"),
        ("acme", "sms", None, "SMS"),
        ("acme", "web-push", None, "Mobile Push Notifications"),
        ("acme", "mobile-app", None, "Mobile Push Notifications"),
        ("acme", "a notification", None, "Mobile Push Notifications"),
        ("firebase", "(not set)", None, "Mobile Push Notifications"),
        ("(direct)", "(none)", None, "Direct"),
        ("(direct)", "(not set)", None, "Direct"),
        ("direct", "(none)", None, "Direct"),
        ("direct", "(not set)", None, "Direct"),
        ("acme", "(not set)", None, "Unassigned"),
        ("acme", "(none)", None, "Unassigned"),
        ("newsletter", "(not set)", None, "Unassigned"),
        ("(not set)", "(not set)", "spring", "Unassigned"),
    ],
)
def test_the_first_rule_that_fits_names_the_channel(source, medium, campaign, channel):
    assert classify(mark(source, medium, campaign)) == channel
    assert classify(mark(source.upper(), medium.upper(), (campaign or "").upper())) == channel


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("google", "cpm", None, "Paid Search"),
        ("newsletter", "email", "shop-spring", "Organic Shopping"),
        ("impact", "cpa", None, "Paid Other"),
        ("fb-ads", "(not set)", None, "Unassigned"),
        ("adwords", "referral", None, "Referral"),
        ("github.com", "referral", None, "Referral"),
        ("facebook", "push", None, "Organic Social"),
        ("google", "affiliate", None, "Organic Search"),
        ("youtube", "display", None, "Display"),
        ("acme", "repush-me", None, "Unassigned"),
        ("direct", "email", None, "Email"),
        ("acme", "unpaid", None, "Unassigned"),
        ("acme", "recap-mail", None, "Unassigned"),
        ("acme", "tcp", None, "Paid Other"),
    ],
)
def test_consequences_that_surprise(source, medium, campaign, channel):
    assert classify(mark(source, medium, campaign)) == channel


@pytest.mark.parametrize(
    "campaign", ["shop", "e-shop", "eshop", "coffeeshop", "shop-spring", "my shop", "1shop", "Shopping"]
)
def test_campaigns_of_a_shop(campaign):
    assert classify(mark("acme", "email", campaign)) == "Organic Shopping"


@pytest.mark.parametrize("campaign", ["workshop", "photoshop", "bishops", "sho-p", "", None])
def test_campaigns_that_only_sound_like_a_shop(campaign):
    assert classify(mark("acme", "email", campaign)) == "Email"


@pytest.mark.parametrize(
    ("source", "channel"),
    [("fb", "Paid Social"), ("FB", "Paid Social"), ("m.facebook.com", "Paid Social"), ("www.google.de", "Paid Search")],
)
def test_a_source_that_was_never_made_canonical_has_its_category_all_the_same(source, channel):
    assert classify(mark(source, "cpc")) == channel


def test_the_page_about_channels_lists_them_in_their_order():
    page = (Path(__file__).parents[3] / "docs" / "concepts" / "channels.md").read_text("utf-8")
    rows = [line.split("|")[2].strip() for line in page.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert tuple(rows) == CHANNELS
