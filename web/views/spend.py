"""What was paid: months in a table, and files on their way in, looked at before anything is saved."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.permissions import Action
from campaigns.actions import preview_spend, put_spend, remove_month
from campaigns.core.csv_spend import FIELDS, Read, read_lines
from campaigns.core.spend import Plan, SpendKey
from common.errors import Refusal
from common.money import from_micros
from reports.catalogue import spend as catalogue
from reports.ways_out.csv_file import Table, answer_csv
from tracking.core.channels import CHANNELS, parse_channel_rules
from web.drawing.channels import Palette
from web.forms.form_page import FormPage
from web.forms.spend import DECIMALS, FIXABLE, ORDERS, TITLES, Upload, read_upload

SHOWN, SHOWN_BAD = 10, 50


class Spend(FormPage):
    """Months and their rows; a file sent here is shown first, and saved by a second step."""

    section = "settings"
    tab = "spend"
    title = gettext_lazy("Spend")
    template = "web/spend/page.html"
    action = Action.CHANGE_WORKSPACE

    upload: Upload | None = None
    read: Read | None = None
    plan: Plan | None = None

    def change(self) -> HttpResponse:
        form = self.request.POST
        if "remove" in form:
            return self._remove(form["remove"])
        sent = self.request.FILES.get("file")
        self.typed = form
        self.upload = read_upload(form, sent.read() if sent else None, self.workspace.currency)
        self.read = read_lines(
            self.upload.sheet, self.upload.reading, parse_channel_rules(self.workspace.channel_rules)
        )
        step = form.get("do", "look")
        if step == "bad":
            return answer_csv(_table_of_bad(self.upload, self.read), f"{self.workspace.slug}-lines-to-mend")
        spends = [spend for _line, spend in self.read.rows]
        if step == "save" and spends:
            return self._saved(put_spend(self.workspace, spends), len(self.read.bad))
        self.is_look = True
        self.plan = preview_spend(self.workspace, spends)
        return self.show()

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        months = catalogue.build(self.workspace)
        palette = Palette(self.workspace.channel_rules)
        return {
            "months": months,
            "lines": [
                {
                    "row": line,
                    "style": palette.style(line.channel),
                    "shape": palette.shape(line.channel),
                    "name": _name_line(line),
                    "token": _token(line),
                }
                for line in months.lines
            ],
            "problems": self.problems,
            "typed": self.typed,
            **(self._look(self.upload, self.read) if self.upload and self.read else {}),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        heads = [_("Month"), _("Channel"), _("Source"), _("Medium"), _("Currency"), _("Amount"), _("Rows"), _("Clicks")]
        rows = [
            (line.month, line.channel, line.source, line.medium, line.currency, line.amount, line.rows, line.clicks)
            for line in page["months"].lines
        ]
        return {"spend": Table(heads, rows)}

    def _look(self, upload: Upload, read: Read) -> dict[str, Any]:
        spends = [spend for _line, spend in read.rows]
        overlaps = [
            {"line": read.rows[overlap.row][0].number, "other": overlap.other}
            for overlap in (self.plan.refused if self.plan else [])
        ]
        return {
            "upload": upload,
            "read": read,
            "plan": self.plan,
            "mapping": [_field(name, upload) for name in FIELDS],
            "heads": list(enumerate(upload.sheet.heads)),
            "orders": ORDERS.items(),
            "decimals": DECIMALS.items(),
            "channels": CHANNELS,
            "first_rows": [
                {"line": line.number, "spend": spend, "amount": from_micros(spend.amount)}
                for line, spend in read.rows[:SHOWN]
            ],
            "bad_lines": [(bad, TITLES.get(bad.field, "")) for bad in read.bad[:SHOWN_BAD]],
            "overlaps": overlaps[:SHOWN_BAD],
            "adds_up": catalogue.add_up(spends),
        }

    def _remove(self, given: str) -> HttpResponse:
        first, currency, key = _read_token(given)
        removed = remove_month(self.workspace, key, currency, first)
        words = ngettext("Took %(n)d row away.", "Took %(n)d rows away.", removed) % {"n": removed}
        return self.said(words, self._here())

    def _saved(self, plan: Plan, bad: int) -> HttpResponse:
        words = [_("Saved: %(new)d new, %(replaced)d replaced.") % {"new": plan.created, "replaced": plan.replaced}]
        left_out = bad + len(plan.refused)
        if left_out:
            words.append(ngettext("%(n)d line left out.", "%(n)d lines left out.", left_out) % {"n": left_out})
        return self.said(" ".join(words), self._here())

    def _here(self) -> str:
        return reverse("spend", args=[self.workspace.slug])


def _field(name: str, upload: Upload) -> dict[str, Any]:
    return {
        "name": name,
        "title": TITLES[name],
        "column": upload.reading.columns.get(name),
        "fixable": name in FIXABLE,
        "fixed": upload.reading.fixed.get(name, ""),
    }


def _token(line: catalogue.SpendLine) -> str:
    """What names a line of the table in the form that takes it away."""
    return json.dumps([line.month.isoformat(), line.currency, line.own_channel, line.source, line.medium])


def _read_token(given: str) -> tuple[date, str, SpendKey]:
    try:
        month, currency, *key = json.loads(given)
        if len(key) != 3 or any(not isinstance(part, str | None) or "\0" in (part or "") for part in (currency, *key)):
            raise ValueError(given)
        channel, source, medium = key
        return date.fromisoformat(month), str(currency), SpendKey(channel, source, medium, None)
    except (ValueError, TypeError, RecursionError):
        raise Refusal("invalid", _("Choose a line of the table.")) from None


def _name_line(line: catalogue.SpendLine) -> str:
    return "" if line.own_channel else f"{line.source} / {line.medium}"


def _table_of_bad(upload: Upload, read: Read) -> Table:
    """The lines that were not read, as they were, and what to do about each."""
    heads = [*upload.sheet.heads, _("Line"), _("What to do")]
    width = len(upload.sheet.heads)
    rows: list[list[str | int]] = [
        [*[*bad.line.cells, *[""] * width][:width], bad.line.number, f"{bad.field}: {bad.message}"] for bad in read.bad
    ]
    return Table(heads, rows)


spend = Spend.as_view()
