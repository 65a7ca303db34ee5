"""Which credit a row of spend stands against: its channel, source, medium or campaign."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from campaigns.core.spend import Cost, FindRate, Spend, SpendKey, add_spend
from common.periods import Period
from tracking.core.channels import CHANNELS, ChannelRule, classify
from tracking.core.marks import Mark, make_tags
from tracking.core.urls import clean_text

GROUPS_WITH_COST = ("channel", "source", "medium", "campaign", "source_medium")
"""What rows of spend can say of themselves; which advertisement or page was paid for, they do not."""

UNASSIGNED = None
"""The group of spend that does not say what the grouping asks: a channel's budget has no source."""


def tidy_spend(spend: Spend, rules: Sequence[ChannelRule] = ()) -> Spend:
    """Write a row's words as touches carry them: `FB / CPC` becomes facebook / cpc, `paid search` Paid Search.

    A channel that is neither ours nor the workspace's own stays as it is: nobody visits through a trade fair.
    """
    given = {"source": spend.source, "medium": spend.medium, "campaign": spend.campaign, "content": "", "term": ""}
    tags = make_tags({name: clean_text(value or "") for name, value in given.items()})
    return replace(
        spend,
        channel=_name_channel(spend.channel, rules),
        source=tags.source or None,
        medium=tags.medium or None,
        campaign=tags.campaign or None,
        currency=spend.currency.strip().upper(),
        external_id=clean_text(spend.external_id or "") or None,
    )


def find_channel(spend: Spend, rules: Sequence[ChannelRule] = ()) -> str:
    """Name the channel of a row: the one it names, else the one a touch with its source and medium would have."""
    return spend.channel or classify(
        Mark(
            source=spend.source or "",
            medium=spend.medium or "",
            campaign=spend.campaign,
            content=None,
            term=None,
            referrer_host=None,
            landing_path=None,
            click_id_kind=None,
        ),
        rules,
    )


def find_group(spend: Spend, group_by: str, rules: Sequence[ChannelRule] = ()) -> str | None:
    """Return the group of credit that a row paid for, UNASSIGNED where the row does not say."""
    if group_by == "channel":
        return find_channel(spend, rules)
    if group_by == "source_medium":
        return f"{spend.source} / {spend.medium}" if spend.source else UNASSIGNED
    if group_by in ("source", "medium", "campaign"):
        word: str | None = getattr(spend, group_by)
        return word
    return UNASSIGNED


def sum_costs(
    spends: Iterable[Spend],
    period: Period,
    *,
    group_by: str,
    currency: str,
    find_rate: FindRate,
    rules: Sequence[ChannelRule] = (),
    fold: Callable[[str | None], str | None] = lambda group: group,
) -> dict[str | None, Cost]:
    """Sum what was paid within a period by the groups of credit; a group nobody paid for is not there.

    `fold` names the group into which one is taken.
    """
    costs: dict[str | None, Cost] = {}
    # A key's rows have one group, and there is a row for each of its days.
    groups: dict[SpendKey, str | None] = {}
    for spend in spends:
        if spend.start <= period.end and period.start <= spend.end:
            key = spend.key
            if key not in groups:
                groups[key] = fold(find_group(spend, group_by, rules))
            cost = costs.setdefault(groups[key], Cost())
            add_spend(cost, spend, period, currency=currency, find_rate=find_rate)
    return costs


def _name_channel(channel: str | None, rules: Sequence[ChannelRule]) -> str | None:
    name = clean_text(channel or "")
    known = {known.lower(): known for known in (*CHANNELS, *(rule.channel for rule in rules))}
    return known.get(name.lower(), name) or None
