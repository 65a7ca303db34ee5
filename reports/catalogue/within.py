"""What a report is narrowed to: `channel=Email&campaign=spring` in an address, as conditions on marks."""

from collections.abc import Mapping

from reports.storage import GROUPS

NOTHING = "(none)"
"""How an address names what carries no campaign, content, term or landing page."""
# Parts of a mark that may be missing; elsewhere "(none)" is a word like any other.
MAY_BE_MISSING = ("campaign", "content", "term", "landing_page")

Within = Mapping[str, str | None]


def read_within(query: Mapping[str, str]) -> dict[str, str | None]:
    """What an address narrows to, in the order of the groupings."""
    given = {group: query[group] for group in GROUPS if query.get(group)}
    return {group: value_of(group, value) for group, value in given.items()}


def value_of(group: str, said: str) -> str | None:
    """The group that a word in an address stands for."""
    return None if said == NOTHING and group in MAY_BE_MISSING else said


def say(value: str | None) -> str:
    """The word in an address that a group is named by."""
    return NOTHING if value is None else value


def conditions(within: Within) -> tuple[str, dict[str, str | None]]:
    """SQL over `m`, a mark, and its values: made of the closed list of groupings, never of what somebody typed."""
    parts = [f"{GROUPS[group]} is not distinct from %(within_{group})s" for group in within]
    return " and ".join(parts) or "true", {f"within_{group}": value for group, value in within.items()}
