"""The stages of the pipeline: named, ordered, given their events and roles; saved as the API saves them."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.permissions import Action
from common.errors import Refusal
from reports.catalogue import refilling
from reports.catalogue.goals import list_event_names
from reports.ways_out.csv_file import Table
from tracking.actions import set_pipeline
from tracking.models import Stage
from web.forms.form_page import FormPage
from web.forms.stages import MOST_STAGES, ROLES, Row, describe_change, move_rows, problem_of, show_stages, type_stages

SAVE = "save"


class Stages(FormPage):
    """Rows that buttons add, move and remove; nothing is stored before it is saved."""

    section = "settings"
    tab = "stages"
    title = gettext_lazy("Pipeline stages")
    template = "web/stages/page.html"
    action = Action.CHANGE_WORKSPACE
    rows: list[Row] | None = None
    followed: int | None = None
    wish = ""

    def change(self) -> HttpResponse:
        typed, self.wish = type_stages(self.request.POST), self.request.POST.get("do", "")
        self.rows = typed
        if self.wish != SAVE:
            self.is_look = True
            self.rows, self.followed = move_rows(typed, self.wish)
            return self.show()
        try:
            stages = set_pipeline(self.workspace, typed)
        except Refusal as refusal:
            return self.again(problem_of(refusal))
        words = ngettext("Saved %(n)d stage.", "Saved %(n)d stages.", len(stages)) % {"n": len(stages)}
        return self.said(words, reverse("stages", args=[self.workspace.slug]))

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        stages = list(Stage.objects.of(self.workspace).order_by("position"))
        stored = show_stages(stages)
        rows = stored if self.rows is None else self.rows
        return {
            "stages": stages,
            "rows": [self._row(place, row, len(rows)) for place, row in enumerate(rows)],
            "may_add": len(rows) < MOST_STAGES,
            "roles": ROLES.items(),
            "names": list_event_names(self.workspace, now),
            "changes": describe_change(stored if stages else [], rows) if self.rows is not None else [],
            "problem": self.problems.get("", ""),
            "has_problems": bool(self.problems),
            "followed": self.followed,
            "moved": self.wish.partition(".")[0],
            "refilling": refilling.build(self.workspace, now),
        }

    def _row(self, place: int, row: Row, count: int) -> dict[str, Any]:
        problems = {field: self.problems.get(f"{field}.{place}", "") for field in row}
        return {
            "place": place,
            "number": place + 1,
            "values": row,
            "problems": problems,
            "first": place == 0,
            "last": place == count - 1,
            "followed": place == self.followed,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        rows = [(stage.position, stage.name, stage.event, stage.role) for stage in page["stages"]]
        heads = [str(head) for head in HEADS]
        return {"stages": Table(heads, rows)}


HEADS = (gettext_lazy("Place"), gettext_lazy("Stage"), gettext_lazy("Event"), gettext_lazy("Role"))

stages = Stages.as_view()
