"""Credit by models that look at all paths of a period together: Markov and Shapley, by channel or by campaign."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.adding import find_only
from attribution.core.path_groups import NO_OPEN_PATHS, OpenPaths, count_reach, list_marks, read_paths
from attribution.core.path_sums import PathSums
from attribution.core.solved import SOLVED, Solved
from attribution.storage import DayPaths, load_day_paths, load_labels, load_open_paths
from reports.catalogue.params import Params
from reports.storage import Day, DayGroup, Group

MOST_CAMPAIGNS = 30
OTHER = "(other)"

Name = str | None


class NamedPaths(NamedTuple):
    """Paths whose steps are places in `names`."""

    names: list[Name]
    sums: PathSums


def load_solved(workspace: Workspace, params: Params) -> tuple[list[Group], list[Day]]:
    """The same as stored credit gives, solved from stored paths; Σ groups + unattributed = all conversions."""
    model = SOLVED[params.model]
    days = load_day_paths(workspace, goal_id=params.goal.pk, period=params.period)
    open_paths = _load_open(workspace, params) if model.uses_open_paths else NO_OPEN_PATHS
    labels = load_labels(workspace, list_marks(days, open_paths))
    channels = {mark: channel for mark, channel, _campaign in labels}
    names: dict[int, Name] = dict(channels)
    if params.group_by == "campaign":
        names = fold_names({mark: campaign for mark, _channel, campaign in labels}, days)
    paths = read_named(days, open_paths, names)
    return solve_groups(model, paths, names, channels), [count_day(day) for day in days]


def describe_solved(params: Params) -> list[str]:
    """What a reader should know about a model that is solved."""
    notes = []
    if SOLVED[params.model].uses_open_paths:
        notes.append(_("Journeys that have not led to this goal are counted as they are now."))
    if params.group_by == "campaign":
        sentence = _("The %(most)d campaigns that most conversions met stand alone; the rest is %(other)s.")
        notes.append(sentence % {"most": MOST_CAMPAIGNS, "other": OTHER})
    return notes


def fold_names(names: Mapping[int, Name], days: list[DayPaths]) -> dict[int, Name]:
    """Take all but the largest MOST_CAMPAIGNS together: those on the paths of most conversions, ties by name.

    Marks without a campaign are no campaign and stay apart.
    """
    named = sorted({name for name in names.values() if name is not None})
    if len(named) <= MOST_CAMPAIGNS:
        return dict(names)
    places = {name: place for place, name in enumerate([*named, None])}
    reach = count_reach(read_paths(days, {mark: places[name] for mark, name in names.items()}), groups=len(places))
    largest = {None, *sorted(named, key=lambda name: -int(reach[places[name]]))[:MOST_CAMPAIGNS]}
    return {mark: name if name in largest else OTHER for mark, name in names.items()}


def read_named(days: list[DayPaths], open_paths: OpenPaths, names: Mapping[int, Name]) -> NamedPaths:
    """The paths of days, and those that led to nothing so far, as paths of the names of their marks."""
    wanted = sorted(set(names.values()), key=lambda name: (name is None, name or ""))
    places = {name: place for place, name in enumerate(wanted)}
    return NamedPaths(wanted, read_paths(days, {mark: places[name] for mark, name in names.items()}, open_paths))


def solve_groups(
    model: Solved, paths: NamedPaths, names: Mapping[int, Name], channels: Mapping[int, str]
) -> list[Group]:
    """Credit by the names of marks; names that earned nothing are left out."""
    credit, value = model.solve(paths.sums, len(paths.names))
    channels_of: dict[Name, set[str]] = {name: set() for name in paths.names}
    for mark, name in names.items():
        channels_of[name].add(channels[mark])
    return [
        Group(name, _only(channels_of[name]), int(credit[place]), int(value[place]))
        for place, name in enumerate(paths.names)
        if credit[place] or value[place]
    ]


def solve_by_day(
    model: Solved, days: list[DayPaths], names: Mapping[int, Name], channels: Mapping[int, str]
) -> list[DayGroup]:
    """What solve_groups gives for each day alone, for a model that splits each conversion within its journey.

    Each group of each day is solved as a group of its own, all in one go.
    """
    wanted = sorted(set(names.values()), key=lambda name: (name is None, name or ""))
    places = {name: place for place, name in enumerate(wanted)}
    group_of = {mark: places[name] for mark, name in names.items()}
    sums, size = read_paths(days, group_of), len(wanted)
    row_of_path = np.repeat(np.arange(len(days)), [len(day.lengths) for day in days])
    shift = size * np.repeat(row_of_path, np.diff(sums.first))
    credit, value = model.solve(sums._replace(channel=sums.channel + shift), len(days) * size)
    kinds = list(dict.fromkeys(channels.values()))
    numbers = {kind: number for number, kind in enumerate(kinds)}
    marks = [
        (row * size + group_of[mark], numbers[channels[mark]])
        for row, day in enumerate(days)
        for mark in day.marks.tolist()
    ]
    met, only = find_only(*np.array(marks, np.int64).reshape(-1, 2).T)
    return [
        DayGroup(
            days[at // size].day, wanted[at % size], None if kind < 0 else kinds[kind], int(credit[at]), int(value[at])
        )
        for at, kind in zip(met.tolist(), only.tolist(), strict=True)
        if credit[at] or value[at]
    ]


def _load_open(workspace: Workspace, params: Params) -> OpenPaths:
    return load_open_paths(workspace, goal_id=params.goal.pk, period=params.period, lookback_days=params.lookback_days)


def _only(channels: set[str]) -> str | None:
    return next(iter(channels)) if len(channels) == 1 else None


def count_day(day: DayPaths) -> Day:
    """All conversions of a day of paths."""
    return Day(day.day, day.conversions_total, day.value_total, day.unattributed_conversions, day.unattributed_value)
