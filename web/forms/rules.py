"""The editor of channel rules: a list that is changed step by step in the form, and saved in the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import Refusal
from tracking.core.channel_rules import MAX_CONDITIONS, MAX_RULES, ChannelRule, RuleError, parse_channel_rules

FIELDS: dict[str, object] = {
    "source": gettext_lazy("source"),
    "medium": gettext_lazy("medium"),
    "campaign": gettext_lazy("campaign"),
    "referrer_host": gettext_lazy("referrer host"),
    "landing_path": gettext_lazy("landing path"),
}
OPERATORS: dict[str, object] = {
    "equals": gettext_lazy("equals"),
    "contains": gettext_lazy("contains"),
    "starts_with": gettext_lazy("starts with"),
    "regex": gettext_lazy("matches"),
}
# What our own rules say, in their order; a workspace's rules stand before them.
WORDS: dict[str, object] = {
    "Cross-network": gettext_lazy("the campaign says cross-network"),
    "Paid Shopping": gettext_lazy("paid for, and the source is a shop or the campaign says shopping"),
    "Paid Search": gettext_lazy("paid for, and the source is a search engine"),
    "Paid Social": gettext_lazy("paid for, and the source is a social network"),
    "Paid Video": gettext_lazy("paid for, and the source shows videos"),
    "Display": gettext_lazy("the medium is display, banner, expandable, interstitial or cpm"),
    "Paid Other": gettext_lazy("paid for, and the source is none of those"),
    "Organic Shopping": gettext_lazy("the source is a shop or the campaign says shopping"),
    "Organic Social": gettext_lazy("the source is a social network, or the medium says so"),
    "Organic Video": gettext_lazy("the source shows videos, or the medium says so"),
    "AI Assistants": gettext_lazy("the source is an AI assistant, or the medium says so"),
    "Organic Search": gettext_lazy("the source is a search engine, or the medium is organic"),
    "Email": gettext_lazy("source or medium say e-mail or newsletter"),
    "Affiliates": gettext_lazy("the medium is affiliate"),
    "Referral": gettext_lazy("the medium is referral, app or link"),
    "Audio": gettext_lazy("the medium is audio"),
    "SMS": gettext_lazy("source or medium is sms"),
    "Mobile Push Notifications": gettext_lazy("the medium says push, mobile or notification"),
    "Direct": gettext_lazy("no tag, no click id and no referrer"),
    "Unassigned": gettext_lazy("no rule fits"),
}
MOST_DRAFT = 400_000


@dataclass(frozen=True, slots=True)
class Draft:
    """The rules as they stand in the form, and the place of the one that is open."""

    rules: list[dict[str, Any]]
    edited: int | None = None


def read_draft(form: Mapping[str, str]) -> Draft:
    """The list that the form carries, with what was typed in the open rule. Raises Refusal."""
    text = form.get("draft", "")
    try:
        rules = json.loads(text) if len(text) <= MOST_DRAFT else None
    except (ValueError, RecursionError):
        rules = None
    if not isinstance(rules, list) or not all(_is_rule(rule) for rule in rules) or len(rules) > MAX_RULES:
        raise Refusal("invalid", _("The rules did not come back as they were sent. Open the page again."))
    edited = _place(form.get("edited", ""), rules)
    if edited is not None:
        rules[edited] = _read_open(form)
    return Draft(rules, edited)


def apply(draft: Draft, step: str) -> Draft:
    """One step of the editor: add, done, or edit, remove, up, down or move with the places after colons."""
    name, *given = step.split(":")
    places = [_place(text, draft.rules) for text in given]
    rules = list(draft.rules)
    if name == "add":
        if len(rules) >= MAX_RULES:
            raise Refusal("too_many", _("At most %(most)d rules.") % {"most": MAX_RULES})
        return Draft([*rules, {"channel": "", "all": []}], len(rules))
    if name == "done":
        return Draft(rules)
    if not places or None in places:
        return draft
    first = places[0] or 0
    if name == "edit":
        return Draft(rules, first)
    if name == "remove":
        del rules[first]
        return Draft(rules)
    last = {"up": first - 1, "down": first + 1}.get(name, places[-1] or 0)
    if not 0 <= last < len(rules):
        return draft
    rules.insert(last, rules.pop(first))
    return Draft(rules)


def check(draft: Draft) -> tuple[tuple[ChannelRule, ...] | None, dict[str, str]]:
    """The rules as they would be tried, or what is wrong: by `rule`, its number, and the field within it."""
    try:
        return parse_channel_rules(draft.rules), {}
    except RuleError as error:
        _list, number, *rest = [*error.field.split("."), "0"]
        place = int(number) if number.isdigit() else 0
        where = ".".join(rest[:-1]) if number.isdigit() else ""
        return None, {"rule": str(place), f"{place}.{where}": error.message, "said": error.message}


def _read_open(form: Mapping[str, str]) -> dict[str, Any]:
    conditions = []
    for number in range(MAX_CONDITIONS):
        value = form.get(f"all.{number}.value", "").replace("\0", "").strip()
        if value:
            field, op = form.get(f"all.{number}.field", ""), form.get(f"all.{number}.op", "")
            conditions.append({"field": field, "op": op, "value": value})
    return {"channel": form.get("channel", "").replace("\0", "").strip(), "all": conditions}


def _is_rule(rule: Any) -> bool:
    """Enough of one to be shown; what it says is checked apart."""
    if not isinstance(rule, dict) or set(rule) != {"channel", "all"} or not isinstance(rule["channel"], str):
        return False
    parts = {"field", "op", "value"}
    return isinstance(rule["all"], list) and all(
        isinstance(one, dict) and set(one) == parts and all(isinstance(one[part], str) for part in parts)
        for one in rule["all"]
    )


def _place(text: str, rules: list[Any]) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(rules) else None
