"""What every model gives every group: loaded for all rules at once, solved for the rest, folded to the same groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accounts.models import Workspace
from attribution.core.path_groups import NO_OPEN_PATHS, OpenPaths, count_reach, list_marks
from attribution.core.rules import RULES
from attribution.core.solved import SOLVED
from attribution.storage import DayPaths, load_day_paths, load_open_paths
from reports.catalogue.params import GROUPS_SOLVED, Params
from reports.catalogue.solved import OTHER, NamedPaths, read_named, solve_groups
from reports.storage import Group, Totals, load_names
from reports.stored_credit import RuleCredit, StoredCredit, list_marks_of, load_rules, load_stored

MOST_GROUPS = 30
_TRIES = 3

Name = str | None
Fold = Callable[[Name], Name]


@dataclass(frozen=True)
class Sides:
    """Groups by model, and what is needed to look further: the paths, and the names of their marks."""

    groups: dict[str, list[Group]]
    totals: dict[str, Totals]
    days: list[DayPaths]
    open_paths: OpenPaths
    names: dict[int, Name]
    channels: dict[int, str]
    # Conversions by group whose journey met it.
    reach: dict[Name, int]
    fold: Fold
    # The rules' credit day by day.
    stored: StoredCredit

    @property
    def folded(self) -> bool:
        """Whether small groups were taken together."""
        return OTHER in self.names.values()


def load_sides(workspace: Workspace, params: Params) -> Sides:
    """Every model's credit of the same conversions. A fill that commits between two statements is waited out."""
    for _ in range(_TRIES):
        sides = _load_once(workspace, params)
        if len(set(sides.totals.values())) == 1:
            break
    return sides


def sides_of_one(workspace: Workspace, params: Params, groups: list[Group]) -> Sides:
    """The same for one model whose credit is loaded already: only what its intervals need."""
    days = load_day_paths(workspace, goal_id=params.goal.pk, period=params.period)
    uses_open = params.model in SOLVED and SOLVED[params.model].uses_open_paths
    open_paths = _load_open(workspace, params) if uses_open else NO_OPEN_PATHS
    rules = [params.model] if params.model in RULES else []
    by_rule = load_rules(workspace, goal_id=params.goal.pk, rules=rules, period=params.period)
    channels, names = _name_all(workspace, days, open_paths, by_rule, params.group_by)
    reach = count_names(read_named(days, NO_OPEN_PATHS, names))
    stored = StoredCredit(by_rule, channels, names)
    fold = choose_fold(params.group_by, reach)
    return Sides({params.model: groups}, {}, days, open_paths, names, channels, reach, fold, stored)


def load_params_stored(workspace: Workspace, params: Params) -> StoredCredit:
    """The stored credit of the one rule that is asked for; nothing for a model that is solved."""
    rules = [params.model] if params.model in RULES else []
    return load_stored(workspace, goal_id=params.goal.pk, rules=rules, period=params.period, group_by=params.group_by)


def models_for(group_by: str) -> list[str]:
    """The models that know a grouping."""
    return [*RULES, *(SOLVED if group_by in GROUPS_SOLVED else ())]


def _load_once(workspace: Workspace, params: Params) -> Sides:
    by_rule = load_rules(workspace, goal_id=params.goal.pk, rules=list(RULES), period=params.period)
    days = load_day_paths(workspace, goal_id=params.goal.pk, period=params.period)
    solves = params.group_by in GROUPS_SOLVED
    open_paths = _load_open(workspace, params) if solves else NO_OPEN_PATHS
    channels, names = _name_all(workspace, days, open_paths, by_rule, params.group_by)
    stored = StoredCredit(by_rule, channels, names)
    totals = {rule: stored.totals_of(rule) for rule in RULES}
    # Laid out once for all models that read the same paths.
    journeys = read_named(days, NO_OPEN_PATHS, names)
    reach = count_names(journeys)
    fold = choose_fold(params.group_by, reach)
    names = {mark: fold(name) for mark, name in names.items()}
    if OTHER in names.values():
        journeys = read_named(days, NO_OPEN_PATHS, names)
        reach = count_names(journeys)
    folded = {rule: _fold_groups(stored.groups_of(rule), fold) for rule in RULES}
    if solves:
        with_open = read_named(days, open_paths, names)
        for model in SOLVED.values():
            paths = with_open if model.uses_open_paths else journeys
            folded[model.name] = solve_groups(model, paths, names, channels)
            totals[model.name] = _total_of(days)
    return Sides(folded, totals, days, open_paths, names, channels, reach, fold, stored)


def _name_all(
    workspace: Workspace,
    days: list[DayPaths],
    open_paths: OpenPaths,
    by_rule: Mapping[str, RuleCredit],
    group_by: str,
) -> tuple[dict[int, str], dict[int, Name]]:
    """The channels and names of every mark there is, in one question."""
    return load_names(workspace, sorted({*list_marks(days, open_paths), *list_marks_of(by_rule)}), group_by)


def count_names(paths: NamedPaths) -> dict[Name, int]:
    """By name, the conversions whose journey met it; names that only open journeys met count none."""
    if not paths.names:
        return {}
    return dict(zip(paths.names, count_reach(paths.sums, groups=len(paths.names)).tolist(), strict=True))


def choose_fold(group_by: str, reach: Mapping[Name, int]) -> Fold:
    """Keep the MOST_GROUPS that most conversions met, ties by name, and take the others together; channels all stay."""
    named = sorted(name for name in reach if name is not None)
    if group_by == "channel" or len(named) <= MOST_GROUPS:
        return lambda name: name
    kept = {None, *sorted(named, key=lambda name: -reach[name])[:MOST_GROUPS]}
    return lambda name: name if name in kept else OTHER


def _fold_groups(groups: list[Group], fold: Fold) -> list[Group]:
    kept: dict[Name, Group] = {}
    for group in groups:
        name, before = fold(group.name), kept.get(fold(group.name))
        if before is None:
            kept[name] = Group(name, group.channel, group.credit, group.value)
        else:
            channel = group.channel if group.channel == before.channel else None
            kept[name] = Group(name, channel, group.credit + before.credit, group.value + before.value)
    return list(kept.values())


def _load_open(workspace: Workspace, params: Params) -> OpenPaths:
    return load_open_paths(workspace, goal_id=params.goal.pk, period=params.period, lookback_days=params.lookback_days)


def _total_of(days: list[DayPaths]) -> Totals:
    return Totals(
        sum(day.conversions_total for day in days),
        sum(day.value_total for day in days),
        sum(day.unattributed_conversions for day in days),
        sum(day.unattributed_value for day in days),
    )
