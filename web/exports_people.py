"""Tables about single people as files: the same figures, unrounded, with the units in the heads."""

from django.utils.translation import gettext as _

from reports.catalogue.health_report import HealthReport
from reports.catalogue.journey_list import PeopleReport
from reports.catalogue.journey_report import JourneyReport, JourneyTouch
from reports.catalogue.live_report import LiveReport
from reports.ways_out.csv_file import Cell, Table


def table_of_people(report: PeopleReport) -> Table:
    """One row a person."""
    heads = [
        _("Id"),
        _("Kind of id"),
        _("Last seen"),
        _("Touches"),
        _("First touch"),
        _("First channel"),
        _("Last channel"),
        _("Conversions"),
        _("Latest goal"),
        _("Value (%(currency)s)") % {"currency": report.currency},
    ]
    rows: list[list[Cell]] = [
        [
            row.alias,
            row.namespace,
            row.at,
            row.touches,
            row.first_at,
            row.first_channel,
            row.last_channel,
            row.conversions,
            row.goal,
            row.value,
        ]
        for row in report.rows
    ]
    return Table(heads, rows)


def table_of_touches(report: JourneyReport) -> Table:
    """One row a touch, with what each model gives it, then the conversion that the columns add up to."""
    models = [model for model in report.models if not model.solved]
    heads = [_("Time"), _("Channel"), _("Source"), _("Medium"), _("Campaign"), _("Landing page"), _("Why not")]
    unit = report.currency if report.conversion and report.conversion.value is not None else _("conversions")
    heads += [f"{model.title} ({unit})" for model in models]
    rows: list[list[Cell]] = []
    for touch in report.touches:
        said: list[Cell] = [
            touch.at,
            _("%(n)d touches between") % {"n": touch.folded} if touch.folded else touch.channel,
            touch.source,
            touch.medium,
            touch.campaign,
            touch.landing_path,
            touch.reason,
        ]
        rows.append(said + [_worth(touch, model.name) for model in models])
    if report.conversion is not None:
        worth: Cell = 1 if report.conversion.value is None else report.conversion.value
        total = worth if report.counted else None
        rows.append([report.conversion.at, report.conversion.goal, "", "", "", "", "", *([total] * len(models))])
    return Table(heads, rows)


def _worth(touch: JourneyTouch, model: str) -> Cell:
    share = touch.shares.get(model)
    if share is None:
        return None
    return share.credit if share.value is None else share.value


def table_of_events(report: LiveReport) -> Table:
    """One row an event or refusal, the newest first."""
    heads = [
        _("Arrived"),
        _("Happened"),
        _("Type"),
        _("Event"),
        _("Kind of id"),
        _("Id"),
        _("Came in as"),
        _("What became of it"),
        _("Channel"),
        _("Value (%(currency)s)") % {"currency": report.currency},
        _("Events"),
        _("Message id"),
    ]
    rows: list[list[Cell]] = [
        [
            row.received_at,
            row.at,
            row.kind,
            row.name,
            row.namespace,
            row.alias,
            row.door,
            row.words,
            row.channel,
            row.value,
            row.events,
            row.message_id,
        ]
        for row in report.rows
    ]
    return Table(heads, rows)


def table_of_points(report: HealthReport) -> Table:
    """One row a thing that was looked at, the worst first."""
    heads = [_("Level"), _("Looked at"), _("What was found"), _("What to do")]
    return Table(heads, [(point.level, point.title, point.found, point.to_do) for point in report.points])


def table_of_reasons(report: HealthReport) -> Table:
    """Refusals by reason, one column a day."""
    heads = [
        _("Reason"),
        _("What to do"),
        _("30 days"),
        _("30 days before"),
        *(day.isoformat() for day in report.period),
    ]
    return Table(heads, [(row.named, row.mend, row.total, row.before, *row.by_day) for row in report.reasons])


def table_of_hygiene(report: HealthReport) -> Table:
    """Visits that tell less than they could."""
    heads = [_("Visits"), _("Number"), _("Share"), _("Share before"), _("Examples")]
    return Table(
        heads,
        [(kind.name, kind.visits, kind.share, kind.share_before, ", ".join(kind.examples)) for kind in report.hygiene],
    )


def table_of_gaps(report: HealthReport) -> Table:
    """Days without spend between days with it."""
    heads = [_("Spent on"), _("From"), _("To"), _("Days")]
    return Table(heads, [(gap.spent_on, gap.start, gap.end, gap.days) for gap in report.gaps])
