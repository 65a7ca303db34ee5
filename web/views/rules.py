"""A workspace's own channel rules: changed in the form, looked at over the last 30 days, and saved in the end."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import Action
from common.errors import Refusal
from reports.catalogue import channel_rules as catalogue
from reports.catalogue import refilling
from reports.ways_out.csv_file import Table
from tracking.actions import change_settings
from tracking.core.channel_rules import MAX_CONDITIONS
from tracking.core.channels import CHANNELS
from web.drawing.channels import Palette
from web.forms.form_page import FormPage
from web.forms.rules import FIELDS, OPERATORS, WORDS, Draft, apply, check, read_draft

MOST_URL = 8_000


class ChannelRules(FormPage):
    """The rules in their order, one of them open, and what they would move."""

    section = "settings"
    tab = "channel-rules"
    title = gettext_lazy("Channel rules")
    template = "web/rules/page.html"
    action = Action.CHANGE_WORKSPACE

    draft: Draft | None = None

    def change(self) -> HttpResponse:
        step = self.request.POST.get("do", "preview")
        self.draft = read_draft(self.request.POST)
        if step == "save":
            return self._save()
        self.is_look = True
        self.draft = apply(self.draft, step)
        return self.show()

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        self.workspace.refresh_from_db()
        draft = self.draft or Draft(list(self.workspace.channel_rules))
        rules, problems = check(draft)
        seen = catalogue.preview(self.workspace, rules, timezone.now()) if rules is not None else None
        palette = Palette([*self.workspace.channel_rules, *draft.rules])
        own = dict.fromkeys(rule["channel"] for rule in draft.rules if rule["channel"])
        return {
            "draft": json.dumps(draft.rules),
            "edited": draft.edited,
            "rows": [_row(place, rule, seen, draft, palette) for place, rule in enumerate(draft.rules)],
            "changed": draft.rules != self.workspace.channel_rules,
            "preview": seen,
            "changes": [_line(row, palette) for row in seen.channels] if seen else [],
            "fields": FIELDS.items(),
            "operators": OPERATORS.items(),
            "channels": [*own, *(name for name in CHANNELS if name not in own)],
            "problems": {**problems, **self.problems},
            "built_in": len(CHANNELS),
            "tester": self._tester(palette),
            "refilling": refilling.build(self.workspace, timezone.now()),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        heads = [_("Rule"), _("Channel"), _("Conditions"), _("Touches in the last 30 days")]
        rows = [
            (
                row["place"] + 1,
                row["rule"]["channel"],
                " & ".join(f"{one['field']} {one['op']} {one['value']}" for one in row["rule"]["all"]),
                row["caught"],
            )
            for row in page["rows"]
        ]
        return {"channel-rules": Table(heads, rows)}

    def _save(self) -> HttpResponse:
        draft = self.draft or Draft([])
        if check(draft)[0] is None:
            return self.show(status=422)
        refill = change_settings(self.workspace, {"channel_rules": draft.rules})
        filling = refill is not None and refill.total
        words = _("Saved. The days are being filled with the new channels.") if filling else _("Saved.")
        answer = self.said(words, reverse("channel-rules", args=[self.workspace.slug]))
        if self.request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(answer.headers["Location"])
        return answer

    def _tester(self, palette: Palette) -> dict[str, Any]:
        url, referrer = (self.request.GET.get(name, "").strip() for name in ("url", "referrer"))
        if max(len(url), len(referrer)) > MOST_URL:
            raise Refusal("too_long", _("An address may have at most 8,000 characters."), field="url")
        if not url and not referrer:
            return {"url": url, "referrer": referrer, "found": None}
        found = catalogue.explain(self.workspace, url, referrer)
        return {
            "url": url,
            "referrer": referrer,
            "found": found,
            "words": WORDS.get(found.channel, ""),
            "style": palette.style(found.channel),
            "shape": palette.shape(found.channel),
        }


def _row(
    place: int, rule: Mapping[str, Any], seen: catalogue.RulesPreview | None, draft: Draft, palette: Palette
) -> dict[str, Any]:
    is_open = draft.edited == place
    spare = [{"field": "source", "op": "contains", "value": ""}]
    return {
        "place": place,
        "rule": rule,
        "open": is_open,
        "caught": seen.caught[place] if seen else None,
        "conditions": [*rule["all"], *spare][:MAX_CONDITIONS] if is_open else rule["all"],
        "style": palette.style(rule["channel"]),
        "shape": palette.shape(rule["channel"]),
        "first": place == 0,
        "last": place == len(draft.rules) - 1,
    }


def _line(row: catalogue.ChannelCount, palette: Palette) -> dict[str, Any]:
    return {"row": row, "style": palette.style(row.channel), "shape": palette.shape(row.channel)}


channel_rules = ChannelRules.as_view()
