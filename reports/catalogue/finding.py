"""The sentence above a report and the evidence under it; made of whole sentences, says only what the data hold."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from reports.core.leaders import leaders
from reports.core.ratios import change, share
from reports.core.words import count, money, percent
from reports.report import AttributionReport, Credited, CreditRow, Finding

# (revenue, conversions); {change} is a whole per cent without a sign.
DIRECTIONS = {
    "grew": (gettext_noop("Revenue grew {change}."), gettext_noop("Conversions grew {change}.")),
    "fell": (gettext_noop("Revenue fell {change}."), gettext_noop("Conversions fell {change}.")),
    "steady": (gettext_noop("Revenue held steady."), gettext_noop("Conversions held steady.")),
    "new": (gettext_noop("Revenue is new."), gettext_noop("Conversions are new.")),
}
# Days are still filling, so that nothing is decided yet.
SO_FAR = {
    "grew": (gettext_noop("Revenue grew {change} so far."), gettext_noop("Conversions grew {change} so far.")),
    "fell": (gettext_noop("Revenue is {change} lower so far."), gettext_noop("Conversions are {change} lower so far.")),
    "steady": (gettext_noop("Revenue is steady so far."), gettext_noop("Conversions are steady so far.")),
}
# What stands between the two bars is highlighted.
LEADERS = {
    0: gettext_noop("|No channel stands out| in these {days} days."),
    1: gettext_noop("|{first}| leads."),
    2: gettext_noop("|{first} and {second}| lead."),
}
TOO_CLOSE = gettext_noop("|{first} and {second} lead,| too close to call.")
NO_LEADER_OF_ONE_DAY = gettext_noop("|No channel stands out| on this day.")
NOBODY = gettext_noop("|No conversion is credited| to a channel.")


IsClose = Callable[[str, str, Literal["revenue", "conversions"]], bool | None]


def find(
    now: AttributionReport,
    before: AttributionReport,
    is_close: IsClose | None = None,
    *,
    is_filling: bool = False,
    expected: str = "",
) -> Finding:
    """The finding of a period against the one before; both by channel. `is_close` says whom no interval parts.

    While days are still filling, changes are so far, and `expected` is the sentence that says what is to come.
    """
    by_revenue = now.total.revenue > 0 or before.total.revenue > 0
    moved, named = _say_direction(now, before, by_revenue, is_filling), _pick_leaders(now, by_revenue)
    pattern = LEADERS[len(named)] if now.rows else NOBODY
    if now.rows and not named and now.period.days == 1:
        pattern = NO_LEADER_OF_ONE_DAY
    if len(named) == 2 and is_close and is_close(named[0], named[1], "revenue" if by_revenue else "conversions"):
        pattern = TOO_CLOSE
    lead, stress, after = (
        part.format(
            days=now.period.days,
            first=named[0] if named else "",
            second=named[1] if len(named) > 1 else "",
        )
        for part in _(pattern).split("|", 2)
    )
    evidence = describe_evidence(now, before, by_revenue)
    deck = " ".join([evidence[0], *([expected] if expected else []), *evidence[1:]])
    return Finding(f"{moved} {lead}", stress, after, deck)


def _say_direction(now: AttributionReport, before: AttributionReport, by_revenue: bool, is_filling: bool) -> str:
    ratio = change(measure(now.total, by_revenue), measure(before.total, by_revenue))
    if ratio is None:
        direction = "new"
    elif round(abs(ratio), 2) == 0:
        direction = "steady"
    else:
        direction = "grew" if ratio > 0 else "fell"
    patterns = SO_FAR.get(direction, DIRECTIONS[direction]) if is_filling else DIRECTIONS[direction]
    pattern = patterns[0 if by_revenue else 1]
    return _(pattern).format(change=percent(abs(ratio or 0), language()))


def _pick_leaders(now: AttributionReport, by_revenue: bool) -> list[str]:
    return leaders([(row.group, measure(row, by_revenue)) for row in now.rows if row.group is not None])


def describe_evidence(now: AttributionReport, before: AttributionReport, by_revenue: bool) -> list[str]:
    """The deck: the totals, what is credited and to whom, and what is still being filled."""
    sentences = [_say_totals(now, before, by_revenue)]
    credited = measure(now.total, by_revenue) - measure(now.unattributed, by_revenue)
    if (part := share(credited, measure(now.total, by_revenue))) is not None and now.rows:
        top = max(now.rows, key=lambda row: measure(row, by_revenue))
        if (top_part := share(measure(top, by_revenue), credited)) is not None:
            sentences.append(
                _("{share} is credited; under {model}, {channel} earned {part} of that.").format(
                    share=percent(part, language()),
                    model=now.model_title,
                    channel=top.group,
                    part=percent(top_part, language()),
                )
            )
    return sentences + now.notes[:1]


def _say_totals(now: AttributionReport, before: AttributionReport, by_revenue: bool) -> str:
    values = {
        "goal": now.goal_name,
        "count": count(now.total.conversions, language()),
        "before_count": count(before.total.conversions, language()),
        "revenue": money(now.total.revenue, now.currency, language()),
        "before_revenue": money(before.total.revenue, now.currency, language()),
    }
    if by_revenue:
        sentence = ngettext(
            "{revenue} from {count} conversion of ‘{goal}’; {before_revenue} in the period before.",
            "{revenue} from {count} conversions of ‘{goal}’; {before_revenue} in the period before.",
            int(now.total.conversions),
        )
    else:
        sentence = ngettext(
            "{count} conversion of ‘{goal}’; {before_count} in the period before.",
            "{count} conversions of ‘{goal}’; {before_count} in the period before.",
            int(now.total.conversions),
        )
    return sentence.format(**values)


def find_nothing(empty: str, *, goal_name: str, goal_event: str, events: int, days: int) -> Finding:
    """The finding where there is nothing to credit, and the way on."""
    shown = {"goal": goal_name, "event": goal_event, "events": count(events, language()), "days": days}
    if empty == "no_events":
        return Finding(
            "", _("No events yet."), "", _("Post the first one with the workspace’s write key; it shows up here.")
        )
    if empty == "no_conversions":
        return Finding(
            _("Events arrive, but none counts yet."),
            "",
            "",
            ngettext(
                "{events} event came in, but it does not reach the goal ‘{goal}’, which counts ‘{event}’.",
                "{events} events came in, but none reaches the goal ‘{goal}’, which counts ‘{event}’.",
                events,
            ).format(**shown),
        )
    return Finding(
        ngettext(
            "No conversion of ‘{goal}’ on this day.", "No conversion of ‘{goal}’ in these {days} days.", days
        ).format(**shown),
        "",
        "",
        _("There are some at other times. Choose another period."),
    )


def measure(of: Credited | CreditRow, by_revenue: bool) -> Decimal:
    """Revenue or conversions, whichever the sentence is about."""
    return of.revenue if by_revenue else of.conversions


def language() -> str:
    """The reader's language, in which figures are written too."""
    return get_language() or "en"
