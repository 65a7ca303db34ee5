"""What counts as a conversion: the list, one goal with what it would have counted, and those that are archived."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action
from common.money import from_micros
from reports.catalogue import goals as catalogue
from reports.catalogue import refilling
from reports.goals import archive_goal, find_use
from reports.ways_out.csv_file import Table
from tracking.actions import change_goal, create_goal, restore_goal
from tracking.models import Goal
from web.forms.form_page import FormPage
from web.forms.goals import MOST_ROWS, OPERATORS, SPARE_ROWS, VALUES, read_goal, show_goal, type_goal
from web.pages import WorkspacePage

MOST_ID = 2**63


class Goals(WorkspacePage):
    """The goals, with what each counted in the last 30 days and the 30 before."""

    section = "settings"
    tab = "goals"
    title = gettext_lazy("Goals")
    template = "web/goals/list.html"
    action = Action.CHANGE_WORKSPACE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return {
            "lines": catalogue.build(self.workspace, now),
            "archived": catalogue.list_archived(self.workspace),
            "operators": OPERATORS,
            "refilling": refilling.build(self.workspace, now),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        heads = [
            _("Goal"),
            _("Event"),
            _("Value"),
            _("Counts"),
            _("Look-back (days)"),
            _("Last 30 days"),
            _("30 before"),
        ]
        rows = [
            (
                line.goal.name,
                line.goal.event,
                from_micros(line.goal.fixed_value_micros) if line.goal.fixed_value_micros else line.goal.value_kind,
                line.goal.count,
                line.goal.lookback_days or self.workspace.lookback_days,
                line.counted,
                line.before,
            )
            for line in page["lines"]
        ]
        archived = [(goal.name, goal.event, goal.archived_at) for goal in page["archived"]]
        return {
            "goals": Table(heads, rows),
            "archived-goals": Table([_("Goal"), _("Event"), _("Archived")], archived),
        }


class OneGoal(FormPage):
    """A new goal, or the one named by `?goal=`."""

    section = "settings"
    tab = "goals"
    title = gettext_lazy("Goal")
    template = "web/goals/form.html"
    action = Action.CHANGE_WORKSPACE

    def change(self) -> HttpResponse:
        self.typed = typed = type_goal(self.request.POST)
        if "preview" in self.request.POST:
            self.is_look = True
            return self.show()
        fields, problems = read_goal(typed)
        if problems:
            return self.again(problems)
        number = self._number()
        if number is None:
            create_goal(self.workspace, **fields)
        elif change_goal(self.workspace, number, fields) is None:
            raise Http404
        words = _("Saved “%(name)s”. Its conversions are being derived.") % {"name": fields["name"]}
        return self.said(words, reverse("goals", args=[self.workspace.slug]))

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        number, now = self._number(), timezone.now()
        goal = Goal.objects.of(self.workspace).filter(pk=number).first() if number is not None else None
        if number is not None and goal is None:
            raise Http404
        values = self.typed or show_goal(goal)
        rows = [*values["where"], *({"property": "", "op": "", "value": ""},) * SPARE_ROWS][:MOST_ROWS]
        return {
            "goal": goal,
            "address": self._address(goal),
            "use": find_use(self.workspace, goal) if goal else "",
            "next_goal": self._next(goal) if goal else "",
            "page_title": goal.name if goal else _("New goal"),
            "values": values,
            "rows": [(place, row, _problem_of_row(self.problems, place)) for place, row in enumerate(rows)],
            "operators": OPERATORS.items(),
            "kinds": [(kind, *words) for kind, words in VALUES.items()],
            "names": catalogue.list_event_names(self.workspace, now),
            "preview": self._preview(values, now) if values["event"] else None,
            "problems": self.problems,
        }

    def _preview(self, values: Mapping[str, Any], now: Any) -> catalogue.Preview | None:
        fields, problems = read_goal({**values, "name": values["name"] or "-", "value": "auto", "drop_refunded": False})
        if problems:
            return None
        once = fields["count"] == Goal.ONCE
        return catalogue.preview(self.workspace, event=fields["event"], once=once, where=fields["where"], now=now)

    def _address(self, goal: Goal | None) -> str:
        address = reverse("goal", args=[self.workspace.slug])
        return f"{address}?goal={goal.pk}" if goal else address

    def _next(self, goal: Goal) -> str:
        """The goal that reports open with when this one is archived."""
        others = Goal.objects.of(self.workspace).in_use().exclude(pk=goal.pk)
        return others.order_by("id").values_list("name", flat=True).first() or ""

    def _number(self) -> int | None:
        given = self.request.GET.get("goal")
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and len(given) < 20 and int(given) < MOST_ID):
            raise Http404
        return int(given)


class ArchiveGoal(OneGoal):
    """Takes a goal out of the lists and reports; where that is refused, its page says why."""

    reads = False

    def change(self, goal: int = 0) -> HttpResponse:
        archived = archive_goal(self.workspace, goal, timezone.now())
        if archived is None:
            raise Http404
        words = _("Archived “%(name)s”. Its figures are kept.") % {"name": archived.name}
        return self.said(words, reverse("goals", args=[self.workspace.slug]))

    def _number(self) -> int | None:
        return int(self.kwargs["goal"])


class RestoreGoal(Goals):
    """Brings an archived goal back."""

    reads = False

    def change(self, goal: int = 0) -> HttpResponse:
        restored = restore_goal(self.workspace, goal)
        if restored is None:
            raise Http404
        messages.success(self.request, _("Restored “%(name)s” with all its figures.") % {"name": restored.name})
        return HttpResponseRedirect(reverse("goals", args=[self.workspace.slug]))


def _problem_of_row(problems: Mapping[str, str], place: int) -> str:
    return next((said for path, said in problems.items() if path.startswith(f"where.{place}.")), "")


goals = Goals.as_view()
goal = OneGoal.as_view()
archive = ArchiveGoal.as_view()
restore = RestoreGoal.as_view()
