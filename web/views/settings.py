"""A workspace's general settings, and how far the last change has come."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action
from reports.catalogue import refilling, retention
from tracking.actions import change_settings
from web.forms.form_page import FormPage
from web.forms.settings import KEPT, SWITCH, read_settings, show_settings
from web.forms.workspace import list_money, list_zones


class General(FormPage):
    """Name, days, money, domains and how credit reaches back; each says what a change costs."""

    section = "settings"
    tab = "settings"
    title = gettext_lazy("Settings")
    template = "web/settings/page.html"
    action = Action.CHANGE_WORKSPACE

    goes: retention.WhatGoes | None = None

    def change(self) -> HttpResponse:
        self.typed = {**self.request.POST.dict(), SWITCH: SWITCH in self.request.POST}
        changes, problems = read_settings(self.request.POST)
        if problems:
            return self.again(problems)
        if self._must_ask(changes):
            return self.show(status=422)
        refill = change_settings(self.workspace, changes)
        words = _("Saved. What follows from it is being made anew.") if refill and refill.total else _("Saved.")
        return self.said(words, reverse("settings", args=[self.workspace.slug]))

    def _must_ask(self, changes: Mapping[str, Any]) -> bool:
        """Whether events would be deleted that nobody agreed to yet; what they are is shown then."""
        days = changes.get(KEPT)
        if days is None or not retention.is_shorter(self.workspace.retention_days, days):
            return False
        if self.request.POST.get("agreed") == str(days):
            return False
        self.goes = retention.build(self.workspace, days, timezone.now())
        return True

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        # A change that was refused left its values on the workspace.
        self.workspace.refresh_from_db()
        return {
            "values": self.typed or show_settings(self.workspace),
            "problems": self.problems,
            "goes": self.goes,
            "zones": list_zones(),
            "currencies": list_money(),
            "refilling": refilling.build(self.workspace, timezone.now()),
        }


settings = General.as_view()
