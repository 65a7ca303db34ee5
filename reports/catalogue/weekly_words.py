"""What stands out in a week, in whole sentences; says only what the data hold."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from reports.catalogue.finding import measure
from reports.core.leaders import leaders
from reports.core.ratios import change, share
from reports.core.words import about_money, count, money, percent
from reports.report import AttributionReport, Credited, CreditRow

# Weeks within this of each other are alike.
STEADY = 0.03
# A channel's change is worth a sentence only where it rests on this many conversions in one of the two weeks,
# and moved the whole by this much.
ENOUGH_CONVERSIONS = 5
WORTH_SAYING = Decimal("0.02")
NOTHING = Credited(Decimal(0), Decimal(0))
Movement = tuple[Decimal, CreditRow, CreditRow]

# (revenue, conversions)
HEADINGS = {
    "steady": (
        gettext_noop("A steady week: {value}."),
        gettext_noop("A steady week: ‘{goal}’ reached {count} times."),
    ),
    "better": (
        gettext_noop("A better week: {value}, {change} more than the week before."),
        gettext_noop("A better week: ‘{goal}’ reached {count} times, {change} more than the week before."),
    ),
    "weaker": (
        gettext_noop("A weaker week: {value}, {change} less than the week before."),
        gettext_noop("A weaker week: ‘{goal}’ reached {count} times, {change} less than the week before."),
    ),
    "first": (
        gettext_noop("A first week of revenue: {value}."),
        gettext_noop("A first week: ‘{goal}’ reached {count} times."),
    ),
    "empty": (gettext_noop("A week without revenue."), gettext_noop("A week without conversions.")),
}
SO_FAR = {
    "steady": (
        gettext_noop("A steady week so far: {value}."),
        gettext_noop("A steady week so far: ‘{goal}’ reached {count} times."),
    ),
    "better": (
        gettext_noop("A better week so far: {value}, {change} more than the week before."),
        gettext_noop("A better week so far: ‘{goal}’ reached {count} times, {change} more than the week before."),
    ),
    "weaker": (
        gettext_noop("So far {value}, {change} less than before; days are still filling."),
        gettext_noop("So far ‘{goal}’ reached {count} times, {change} less than before; days are still filling."),
    ),
}
# The kind of week is that of what is expected: a change of what is here so far would call every week weaker.
EXPECTED = {
    "steady": (
        gettext_noop("A steady week: {value} so far, and about {expected} once late conversions are in."),
        gettext_noop(
            "A steady week: ‘{goal}’ reached {count} times so far, and about {expected} once late ones are in."
        ),
    ),
    "better": (
        gettext_noop("A better week: {value} so far, and about {expected} once late conversions are in."),
        gettext_noop(
            "A better week: ‘{goal}’ reached {count} times so far, and about {expected} once late ones are in."
        ),
    ),
    "weaker": (
        gettext_noop("A weaker week: {value} so far, and about {expected} once late conversions are in."),
        gettext_noop(
            "A weaker week: ‘{goal}’ reached {count} times so far, and about {expected} once late ones are in."
        ),
    ),
    "first": (
        gettext_noop("A first week of revenue: {value} so far, and about {expected} once late conversions are in."),
        gettext_noop(
            "A first week: ‘{goal}’ reached {count} times so far, and about {expected} once late ones are in."
        ),
    ),
}
LEADERS = {
    0: gettext_noop("No channel stands out this week."),
    1: gettext_noop("{first} leads with {part} of what is credited."),
    2: gettext_noop("{first} and {second} lead, with {part} of what is credited between them."),
}
LEADERS_SO_FAR = {
    0: gettext_noop("No channel stands out this week so far."),
    1: gettext_noop("{first} leads so far, with {part} of what is credited."),
    2: gettext_noop("{first} and {second} lead so far, with {part} of what is credited between them."),
}
MOVED_SO_FAR = {
    "up": gettext_noop("{channel} grew most so far: {value}, {change} on the week."),
    "down": gettext_noop("{channel} is furthest behind so far: {value}, {change} on the week."),
    "gone": gettext_noop("{channel} has earned nothing so far, after {before} the week before."),
}
MOVED = {
    "up": gettext_noop("{channel} grew most: {value}, {change} on the week."),
    "up_new": gettext_noop("{channel} is new: {value}."),
    "down": gettext_noop("{channel} fell most: {value}, {change} on the week."),
    "gone": gettext_noop("{channel} earned nothing, after {before} the week before."),
}


def find_heading(
    now: AttributionReport,
    before: Credited,
    expected: Credited | None = None,
    *,
    by_revenue: bool,
    is_filling: bool,
) -> str:
    """The one sentence that stands out, also the mail's subject; `before` is what the week before came to."""
    whole = measure(expected or now.total, by_revenue)
    ratio = change(whole, measure(before, by_revenue))
    kind = _kind_of(ratio, whole)
    if expected is not None:
        patterns = EXPECTED.get(kind, HEADINGS[kind])
    else:
        patterns = SO_FAR.get(kind, HEADINGS[kind]) if is_filling else HEADINGS[kind]
    return _(patterns[0 if by_revenue else 1]).format(
        value=money(now.total.revenue, now.currency, _language()),
        count=count(now.total.conversions, _language()),
        goal=now.goal_name,
        change=percent(abs(ratio or 0), _language()),
        expected=about_money(whole, now.currency, _language()) if by_revenue else count(round(whole), _language()),
    )


def _kind_of(ratio: float | None, value: Decimal) -> str:
    if not value:
        return "empty"
    if ratio is None:
        return "first"
    if abs(ratio) < STEADY:
        return "steady"
    return "better" if ratio > 0 else "weaker"


def find_sentences(
    now: AttributionReport,
    before: AttributionReport,
    *,
    by_revenue: bool,
    is_filling: bool = False,
    late: Credited | None = NOTHING,
    late_before: Credited | None = NOTHING,
) -> list[str]:
    """Who leads, who grew most and who fell most; at most three.

    `late` is what is still expected of the week, `late_before` of the one before (None: not known). A channel fell only
    if it would have with all of the one, and grew only if it would have with all of the other in its week before.
    """
    moved = _movements(now.rows, before.rows, by_revenue)
    sure = [entry for entry in moved if _is_sure(entry, late if entry[0] < 0 else late_before, by_revenue)]
    found = [_say_leaders(now, by_revenue, is_filling), *_say_movers(now, sure, by_revenue, is_filling)]
    return [sentence for sentence in found if sentence]


def _is_sure(entry: Movement, late: Credited | None, by_revenue: bool) -> bool:
    return late is not None and abs(entry[0]) > measure(late, by_revenue)


def _say_leaders(now: AttributionReport, by_revenue: bool, is_filling: bool) -> str:
    earned = [(row.group, measure(row, by_revenue)) for row in now.rows if row.group is not None]
    if not earned:
        return ""
    named = leaders(earned)
    credited = sum((value for _name, value in earned), Decimal(0))
    part = share(sum((value for name, value in earned if name in named), Decimal(0)), credited)
    return _((LEADERS_SO_FAR if is_filling else LEADERS)[len(named)]).format(
        first=named[0] if named else "",
        second=named[1] if len(named) > 1 else "",
        part=percent(part or 0, _language()),
    )


def _say_movers(now: AttributionReport, moved: Sequence[Movement], by_revenue: bool, is_filling: bool) -> list[str]:
    least = WORTH_SAYING * measure(now.total, by_revenue)
    worth = [(difference, new, old) for difference, new, old in moved if abs(difference) >= least]
    up = max((entry for entry in worth if entry[0] > 0), key=lambda entry: entry[0], default=None)
    down = min((entry for entry in worth if entry[0] < 0), key=lambda entry: entry[0], default=None)
    patterns = MOVED | MOVED_SO_FAR if is_filling else MOVED
    return [
        _say_one(entry[1], entry[2], patterns, by_revenue=by_revenue, currency=now.currency)
        for entry in (up, down)
        if entry is not None
    ]


def _movements(now: Sequence[CreditRow], before: Sequence[CreditRow], by_revenue: bool) -> list[Movement]:
    """(difference, this week's row, last week's row) of the channels with enough conversions to compare."""
    old = {row.group: row for row in before if row.group is not None}
    new = {row.group: row for row in now if row.group is not None}
    moved = []
    for name in new.keys() | old.keys():
        this, then = (rows.get(name) or CreditRow(name, Decimal(0), Decimal(0)) for rows in (new, old))
        if max(this.conversions, then.conversions) >= ENOUGH_CONVERSIONS:
            moved.append((measure(this, by_revenue) - measure(then, by_revenue), this, then))
    # Equal differences by name, so that the same data always give the same sentence.
    return sorted(moved, key=lambda entry: entry[1].group or "")


def _say_one(now: CreditRow, before: CreditRow, patterns: Mapping[str, str], *, by_revenue: bool, currency: str) -> str:
    this, then = measure(now, by_revenue), measure(before, by_revenue)
    ratio = change(this, then)
    if ratio is None:
        pattern = patterns["up_new"]
    elif not this:
        pattern = patterns["gone"]
    else:
        pattern = patterns["up" if ratio > 0 else "down"]
    sign = "+" if ratio is not None and ratio > 0 else ""
    return _(pattern).format(
        channel=now.group,
        value=_show(this, by_revenue, currency),
        before=_show(then, by_revenue, currency),
        change=sign + percent(ratio or 0, _language()),
    )


def _show(value: Decimal, by_revenue: bool, currency: str) -> str:
    return money(value, currency, _language()) if by_revenue else count(value, _language())


def _language() -> str:
    return get_language() or "en"
