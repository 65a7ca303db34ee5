"""The week as a PDF, set by typst; what people wrote reaches it as data and never as markup."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.ways_out.chart import FONTS, describe_days, draw_days
from reports.ways_out.shown import ShownWeek
from reports.ways_out.wearing import Wearing

# Between the margins of A4, so that its letters are as large as the text around.
WIDE = 640
PPI = 110.0
TEMPLATE = Path(__file__).with_name("weekly.typ")


def make_pdf(week: ShownWeek, wearing: Wearing) -> bytes:
    """A4 with fonts embedded, tagged for screen readers."""
    return bytes(_compile(week, wearing, "pdf"))


def paint_pages(week: ShownWeek, wearing: Wearing) -> list[bytes]:
    """The same pages as PNGs, to be looked at on a page of ours."""
    pages = _compile(week, wearing, "png")
    return [bytes(page) for page in pages] if isinstance(pages, list) else [bytes(pages)]


def _compile(week: ShownWeek, wearing: Wearing, form: str) -> Any:
    files = {
        "main.typ": _template(),
        "week.json": msgspec.json.encode(_data(week, wearing)),
        "days.svg": draw_days(week.days, wearing, width=WIDE).encode(),
    }
    compile_it: Any = typst.compile
    return compile_it(files, format=form, font_paths=[str(FONTS)], ppi=PPI if form == "png" else None)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _data(week: ShownWeek, wearing: Wearing) -> dict[str, Any]:
    with override(week.language):
        return msgspec.to_builtins(week) | {
            "lang": week.language.split("-")[0],
            "brand_colour": wearing.colour,
            "initials": wearing.initials,
            # Bytes as numbers: what stands in this file is all that typst gets to read.
            "logo": list(wearing.logo or b""),
            "logo_height": wearing.height,
            "more": week.more is not None,
            "rest": [msgspec.to_builtins(row) for row in (week.more, week.no_touch) if row is not None],
            "chart_text": describe_days(week.days, week.days_title),
            "texts": _texts(week),
        }


def _texts(week: ShownWeek) -> dict[str, str]:
    return {
        "report_for": _("Weekly report for {workspace}").format(workspace=week.workspace),
        "foot": _("As of {as_of} · {run} · Times in {zone}").format(as_of=week.as_of, run=week.run, zone=week.zone),
        "page": _("Page {page} of {pages}"),
        "who": _("Who earned it"),
        "channel": _("Channel"),
        "value": week.measure,
        "conversions": _("Conversions"),
        "every_channel": _("Every channel"),
        "adds_up_title": _("All channels, and what no touch is known for."),
        "returns": _("What came back"),
        "cost": _("Cost"),
        "revenue": _("Revenue"),
        "cpa": _("Cost per conversion"),
        "roi": _("ROI"),
        "pipeline": _("Pipeline"),
        "stage": _("Stage"),
        "people": _("People"),
        "go_on": _("Go on to it"),
        "median": _("Median time"),
        "before": _("Four weeks before"),
        "pipeline_note": _("People who entered the first stage in these four weeks; they may still come further."),
    }
