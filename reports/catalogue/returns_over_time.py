"""Conversion rate, CPA, CLV, ROI and ROAS of each channel, week by week or month by month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate

import polars as pl
from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.rules import RULES
from campaigns.core.matching import sum_costs
from campaigns.core.spend import Cost, Spend
from campaigns.storage import load_spend
from common.errors import Refusal
from common.money import MICROS, find_rate, from_micros
from common.periods import Period
from reports.catalogue.attribution import describe_filling
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import Params, parse_params
from reports.catalogue.returns import known
from reports.catalogue.still_filling import by_day, find_still_filling, narrow, tell
from reports.core.ratios import conversions_of
from reports.core.returns import Returns, work_out_returns
from reports.core.steps import STEPS, Step, split_period, start_of_step, touched_parts
from reports.over_time import count_sessions_by_step, load_credit_by_step
from reports.report import Credited, StillFilling
from reports.storage import Day, load_first_channels, load_orders
from tracking.core.channels import parse_channel_rules

MEASURES = ("conversion_rate", "cpa", "clv", "roi", "roas")
USUAL_STEP: Step = "week"
MOST_PARTS = 120


@dataclass(frozen=True)
class OverTimeParams:
    """What returns are asked for, and whether by week or by month; by channel always."""

    asked: Params
    step: Step


@dataclass(frozen=True, slots=True)
class Cell:
    """One channel in one week or month; None: not known or not defined. CLV is historic, as of its last day."""

    conversions: Decimal
    revenue: Decimal
    cost: Decimal | None
    sessions: int
    returns: Returns
    customers: int
    clv: Decimal | None

    def measure(self, name: str) -> Decimal | float | None:
        """The figure of that name, one of MEASURES."""
        return self.clv if name == "clv" else getattr(self.returns, name)


@dataclass(frozen=True, slots=True)
class OverTimeReport:
    """One list of cells for each channel, in step with `parts`; `total` is of all channels (ROI: of the paid ones)."""

    params: OverTimeParams
    model_title: str
    currency: str
    parts: list[Period]
    rows: dict[str, list[Cell]]
    total: list[Cell]
    as_of: datetime
    notes: list[str]
    # In step with `parts`: how much of what all channels are credited with is here, and what it will come to.
    filling: list[StillFilling]


Sums = tuple[int, int, Decimal | None, int]
Worth = Mapping[str | None, tuple[int, int]]


def read_over_time(workspace: Workspace, query: Mapping[str, str], *, now: datetime) -> OverTimeParams:
    """Read a query string; raises Refusal naming the parameter."""
    step = query.get("step") or USUAL_STEP
    if step not in STEPS:
        raise Refusal("invalid_choice", _("Choose one of %(choices)s.") % {"choices": ", ".join(STEPS)}, field="step")
    # One by one: a query taken as a whole gives lists.
    asked = parse_params(workspace, {**{name: query[name] for name in query}, "group_by": "channel"}, now=now)
    if asked.model not in RULES:
        message = _("Over time, only models that share credit within each journey are known: %(known)s.")
        raise Refusal("unsupported_model", message % {"known": ", ".join(RULES)}, field="model")
    if len(split_period(asked.period, step)) > MOST_PARTS:
        message = _("Choose at most %(most)d weeks or months.") % {"most": MOST_PARTS}
        raise Refusal("period_too_long", message, field="start")
    return OverTimeParams(asked, step)


def build(workspace: Workspace, params: OverTimeParams, now: datetime, *, with_clv: bool = True) -> OverTimeReport:
    """The report as of now, from stored days in a handful of statements; `with_clv` reads every order there was."""
    as_of = find_as_of(workspace, now)
    asked, step = params.asked, params.step
    parts = split_period(asked.period, step)
    rule, goal = asked.model, asked.goal.pk
    credit, days = load_credit_by_step(workspace, goal_id=goal, rule=rule, period=asked.period, step=step)
    sessions = count_sessions_by_step(workspace, asked.period, step)
    costs = _load_costs(workspace, asked.period, parts)
    worth = _load_worth(workspace, goal, parts) if with_clv else [{} for _part in parts]
    channels = {channel for _start, channel in (*credit, *sessions)} | {name for part in costs for name in part if name}
    rows: dict[str, list[Cell]] = {channel: [] for channel in sorted(channels)}
    total: list[Cell] = []
    for part, cost, values in zip(parts, costs, worth, strict=True):
        start = start_of_step(part.start, step)
        found = {name: _sums(start, name, credit, sessions, cost) for name in rows}
        for name, cells in rows.items():
            cells.append(_make_cell(found[name], values.get(name)))
        total.append(_make_total(found.values(), cost, values))
    still, here = find_still_filling(workspace, goal, asked.period, days, as_of), by_day(days)
    return OverTimeReport(
        params=params,
        model_title=_(RULES[rule].title),
        currency=workspace.currency,
        parts=parts,
        rows=dict(sorted(rows.items(), key=lambda row: -sum(cell.revenue for cell in row[1]))),
        total=total,
        as_of=as_of,
        notes=describe_filling(workspace, asked.period) + tell(still, _credited(days), workspace.currency),
        filling=[narrow(still, part, here) for part in parts],
    )


def _credited(days: Iterable[Day]) -> Credited:
    found = by_day(days).values()
    revenue = sum((one.revenue for one in found), Decimal(0))
    return Credited(sum((one.conversions for one in found), Decimal(0)), revenue)


def _sums(
    start: date,
    channel: str,
    credit: Mapping[tuple[date, str], tuple[int, int]],
    sessions: Mapping[tuple[date, str], int],
    costs: Mapping[str | None, Cost],
) -> Sums:
    units, value = credit.get((start, channel), (0, 0))
    cost = known(costs[channel]) if channel in costs else Decimal(0)
    return units, value, cost, sessions.get((start, channel), 0)


def _make_cell(sums: Sums, worth: tuple[int, int] | None) -> Cell:
    units, value, cost, sessions = sums
    conversions, revenue = conversions_of(units), from_micros(value)
    returns = work_out_returns(cost=cost or None, conversions=conversions, revenue=revenue, sessions=sessions)
    customers, spent = worth or (0, 0)
    return Cell(conversions, revenue, cost, sessions, returns, customers, _mean(spent, customers))


def _make_total(found: Iterable[Sums], costs: Mapping[str | None, Cost], worth: Worth) -> Cell:
    every = list(found)
    paid = [sums for sums in every if sums[2]]
    cost = None if any(known(one) is None for one in costs.values()) else sum(one[2] or Decimal(0) for one in paid)
    everybody = _add(every)
    of_paid = work_out_returns(
        cost=Decimal(cost) if cost else None,
        conversions=conversions_of(sum(one[0] for one in paid)),
        revenue=from_micros(sum(one[1] for one in paid)),
        sessions=None,
    )
    of_all = work_out_returns(cost=None, conversions=everybody[0], revenue=everybody[1], sessions=everybody[2])
    customers, spent = (sum(one[place] for one in worth.values()) for place in (0, 1))
    returns = Returns(of_all.conversion_rate, of_paid.cpa, of_paid.roi, of_paid.roas)
    known_cost = None if cost is None else Decimal(cost)
    return Cell(everybody[0], everybody[1], known_cost, everybody[2], returns, customers, _mean(spent, customers))


def _add(every: list[Sums]) -> tuple[Decimal, Decimal, int]:
    units, value = sum(sums[0] for sums in every), sum(sums[1] for sums in every)
    return conversions_of(units), from_micros(value), sum(sums[3] for sums in every)


def _load_costs(workspace: Workspace, period: Period, parts: list[Period]) -> list[dict[str | None, Cost]]:
    """What each channel cost in each part, each day at its own rate."""
    of_part: list[list[Spend]] = [[] for _part in parts]
    for spend in load_spend(workspace, period):
        for place in touched_parts(parts, spend.period):
            of_part[place].append(spend)
    rules = parse_channel_rules(workspace.channel_rules)
    currency = workspace.currency
    return [
        sum_costs(spends, part, group_by="channel", currency=currency, find_rate=find_rate, rules=rules)
        for part, spends in zip(parts, of_part, strict=True)
    ]


def _load_worth(workspace: Workspace, goal_id: int, parts: list[Period]) -> list[Worth]:
    """For the last day of each part: by the channel of their first touch, how many customers, and all they brought."""
    orders = load_orders(workspace, goal_id, as_of=parts[-1].end)
    firsts = load_first_channels(workspace, orders["customer"].unique().to_list())
    # Each order in the part it came in (those of before in the first), so that what is added up part by part is theirs.
    ends = pl.Series([part.end for part in parts], dtype=pl.Date)
    placed = orders.join(firsts, on="customer", how="left").with_columns(
        ends.search_sorted(orders["day"]).alias("part") if len(orders) else pl.lit(0).alias("part")
    )
    firsts_of = placed.group_by("channel", "customer").agg(pl.col("part").min())
    joined = firsts_of.group_by("part", "channel").agg(pl.len())
    spent = placed.group_by("part", "channel").agg(pl.col("value").sum())
    found = {(part, channel): (0, value) for part, channel, value in spent.iter_rows()}
    for part, channel, customers in joined.iter_rows():
        found[part, channel] = (customers, found[part, channel][1])
    return list(
        accumulate(({c: both for (at, c), both in found.items() if at == place} for place in range(len(parts))), _join)
    )


def _join(before: Worth, more: Worth) -> Worth:
    added = {name: (before.get(name, (0, 0)), more.get(name, (0, 0))) for name in (*before, *more)}
    return {name: (one[0] + other[0], one[1] + other[1]) for name, (one, other) in added.items()}


def _mean(micros: int, customers: int) -> Decimal | None:
    return (Decimal(micros) / MICROS / customers).quantize(Decimal("0.000001")) if customers else None
