"""Why is this visit "Paid Social"? Twenty rules, the first that fits wins; a workspace's own rules go before them."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tracking.core.channel_rules import ChannelRule, Condition, RuleError, fits, parse_channel_rules
from tracking.core.sources import category_of

if TYPE_CHECKING:
    from tracking.core.marks import Mark

__all__ = [
    "CHANNELS",
    "RULES",
    "ChannelRule",
    "Condition",
    "RuleError",
    "classify",
    "is_paid",
    "is_paid_like",
    "parse_channel_rules",
]

DISPLAY_MEDIA = frozenset(("display", "banner", "expandable", "interstitial", "cpm"))
SOCIAL_MEDIA = frozenset(("social", "social-network", "social-media", "sm", "social network", "social media"))
EMAIL_WORDS = frozenset(("email", "e-mail", "e_mail", "e mail"))

# `e-shop`, `eshop` and `coffeeshop` are shops; `workshop`, `photoshop` and `bishops` are not.
_SHOP = re.compile(r"(?:[^a-df-z]|^)shop|shopping")


class Signs(NamedTuple):
    """What the rules look at, all of it in lower case."""

    source: str
    medium: str
    campaign: str
    category: str | None
    paid: bool
    shop: bool


def is_paid(medium: str) -> bool:
    """Whether a lower-case medium says that the click was paid for: cpc, cpm, ppc, retargeting, paid_social."""
    return "cp" in medium or medium in ("ppc", "retargeting") or medium.startswith("paid")


def is_paid_like(medium: str) -> bool:
    """Paid, or one of the display media."""
    return is_paid(medium) or medium in DISPLAY_MEDIA


def _is_email(signs: Signs) -> bool:
    named = signs.source in EMAIL_WORDS or signs.medium in EMAIL_WORDS
    return signs.category == "email" or named or signs.medium == "newsletter"


def _is_push(signs: Signs) -> bool:
    medium = signs.medium
    named = medium.endswith("push") or "mobile" in medium or "notification" in medium
    return named or signs.source == "firebase"


def _is_direct(signs: Signs) -> bool:
    return signs.source in ("(direct)", "direct") and signs.medium in ("(none)", "(not set)")


RULES: tuple[tuple[str, Callable[[Signs], bool]], ...] = (
    ("Cross-network", lambda signs: "cross-network" in signs.campaign),
    ("Paid Shopping", lambda signs: signs.paid and (signs.category == "shopping" or signs.shop)),
    ("Paid Search", lambda signs: signs.paid and signs.category == "search"),
    ("Paid Social", lambda signs: signs.paid and signs.category == "social"),
    ("Paid Video", lambda signs: signs.paid and signs.category == "video"),
    ("Display", lambda signs: signs.medium in DISPLAY_MEDIA),
    ("Paid Other", lambda signs: signs.paid),
    ("Organic Shopping", lambda signs: signs.category == "shopping" or signs.shop),
    ("Organic Social", lambda signs: signs.category == "social" or signs.medium in SOCIAL_MEDIA),
    ("Organic Video", lambda signs: signs.category == "video" or "video" in signs.medium),
    ("AI Assistants", lambda signs: signs.category == "ai" or signs.medium == "ai-assistant"),
    ("Organic Search", lambda signs: signs.category == "search" or signs.medium == "organic"),
    ("Email", _is_email),
    ("Affiliates", lambda signs: signs.medium in ("affiliate", "affiliates")),
    ("Referral", lambda signs: signs.medium in ("referral", "app", "link")),
    ("Audio", lambda signs: signs.medium == "audio"),
    ("SMS", lambda signs: "sms" in (signs.source, signs.medium)),
    ("Mobile Push Notifications", _is_push),
    ("Direct", _is_direct),
    ("Unassigned", lambda signs: True),
)
CHANNELS: tuple[str, ...] = tuple(channel for channel, _ in RULES)


def classify(mark: "Mark", rules: Sequence[ChannelRule] = ()) -> str:
    """Name the channel of a mark: the first of the workspace's rules that fits, else of ours; case never counts.

    google / cpm is Paid Search, an e-mail whose campaign is shop-spring is Organic Shopping.
    """
    for rule in rules:
        if fits(rule, mark):
            return rule.channel
    signs = read_signs(mark.source, mark.medium, mark.campaign or "")
    return next(channel for channel, is_met in RULES if is_met(signs))


def read_signs(source: str, medium: str, campaign: str) -> Signs:
    """Bring source, medium and campaign into the form the rules compare; `fb` has the category of facebook."""
    source, medium, campaign = source.strip().lower(), medium.strip().lower(), campaign.lower()
    shop = "shop" in campaign and _SHOP.search(campaign) is not None
    return Signs(source, medium, campaign, category_of(source), is_paid(medium), shop)
