"""The channel rules a workspace writes for itself: read strictly, tried before ours."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import re2

if TYPE_CHECKING:
    from tracking.core.marks import Mark

MAX_RULES = 100
MAX_CONDITIONS = 10
MAX_CHANNEL = 60
MAX_VALUE = 200
FIELDS = ("source", "medium", "campaign", "referrer_host", "landing_path")


@dataclass(frozen=True)
class Condition:
    """One comparison of a rule: `source contains partner`."""

    field: str
    op: str
    value: str


@dataclass(frozen=True)
class ChannelRule:
    """A channel and the conditions that must all hold for it."""

    channel: str
    all: tuple[Condition, ...]


class RuleError(ValueError):
    """A rule that cannot be read; field is a path such as `channel_rules.0.all.1.op`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def parse_channel_rules(raw: object) -> tuple[ChannelRule, ...]:
    """Read `[{channel, all: [{field, op, value}]}]`; raises RuleError naming the first thing that is wrong."""
    entries = _read_list(raw, "channel_rules", most=MAX_RULES)
    return tuple(_read_rule(entry, f"channel_rules.{i}") for i, entry in enumerate(entries))


def fits(rule: ChannelRule, mark: "Mark") -> bool:
    """Whether all conditions of a rule hold; a value the mark does not have fits no condition."""
    return all(_holds(condition, getattr(mark, condition.field)) for condition in rule.all)


def _holds(condition: Condition, value: str | None) -> bool:
    return value is not None and OPERATORS[condition.op](value, condition.value)


def _matches_regex(value: str, pattern: str) -> bool:
    return compile_regex(pattern).search(value.encode("utf-8", "replace")) is not None


# Case never counts, neither in what the visit carried nor in what the rule says.
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda value, wanted: value.lower() == wanted.lower(),
    "contains": lambda value, wanted: wanted.lower() in value.lower(),
    "starts_with": lambda value, wanted: value.lower().startswith(wanted.lower()),
    "regex": _matches_regex,
}


@lru_cache(maxsize=2_048)
def compile_regex(pattern: str, *, ignores_case: bool = True) -> Any:
    """Compile a user's pattern with RE2, whose time is linear whatever the pattern; raises re2.error if it cannot be.

    The pattern may match anywhere in the value.
    """
    options = re2.Options()
    options.case_sensitive = not ignores_case
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern.encode("utf-8"), options)


def _read_rule(raw: object, field: str) -> ChannelRule:
    entry = _read_object(raw, field, keys=("channel", "all"))
    channel = _read_text(entry["channel"], f"{field}.channel", most=MAX_CHANNEL, ask="Name the channel.").strip()
    conditions = _read_list(entry["all"], f"{field}.all", most=MAX_CONDITIONS)
    if not conditions:
        raise RuleError(f"{field}.all", "A rule needs at least one condition.")
    return ChannelRule(channel, tuple(_read_condition(item, f"{field}.all.{i}") for i, item in enumerate(conditions)))


def _read_condition(raw: object, field: str) -> Condition:
    entry = _read_object(raw, field, keys=("field", "op", "value"))
    name = _read_choice(entry["field"], f"{field}.field", FIELDS)
    op = _read_choice(entry["op"], f"{field}.op", tuple(OPERATORS))
    value = _read_text(entry["value"], f"{field}.value", most=MAX_VALUE, ask="Write what to compare with.")
    if op == "regex":
        check_regex(value, f"{field}.value")
    return Condition(name, op, value)


def check_regex(pattern: str, field: str) -> None:
    """Raise a RuleError naming the field where a pattern cannot be used, with the reason."""
    try:
        compile_regex(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise RuleError(field, f"This regular expression cannot be used: {reason}.") from None


def _read_list(raw: object, field: str, *, most: int) -> list[object]:
    if not isinstance(raw, list):
        raise RuleError(field, "This must be a list.")
    if len(raw) > most:
        raise RuleError(field, f"This list may have at most {most} entries.")
    return raw


def _read_object(raw: object, field: str, *, keys: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise RuleError(field, f"This must be an object with {', '.join(keys)}.")
    for key in keys:
        if key not in raw:
            raise RuleError(f"{field}.{key}", "This is missing.")
    for key in raw:
        if key not in keys:
            raise RuleError(f"{field}.{key}", f"Unknown key; a rule knows {', '.join(keys)} here.")
    return raw


def _read_text(raw: object, field: str, *, most: int, ask: str) -> str:
    if not isinstance(raw, str):
        raise RuleError(field, "This must be a text.")
    if not raw.strip():
        raise RuleError(field, ask)
    if len(raw) > most:
        raise RuleError(field, f"This may have at most {most} characters.")
    if not raw.isprintable():
        raise RuleError(field, "This has a character that cannot be shown.")
    return raw


def _read_choice(raw: object, field: str, choices: tuple[str, ...]) -> str:
    if not isinstance(raw, str) or raw not in choices:
        raise RuleError(field, f"This must be one of {', '.join(choices)}.")
    return raw
