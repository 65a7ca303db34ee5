"""The agency's home as a file: each client's money in a column beside its currency, for nothing is added up."""

from django.utils.translation import gettext as _

from reports.catalogue.agency import AgencyReport
from reports.ways_out.csv_file import Table


def table_of_workspaces(report: AgencyReport) -> Table:
    """One row a workspace, in the order of the page."""
    heads = [
        _("Workspace"),
        _("Currency"),
        _("From"),
        _("To"),
        _("Revenue"),
        _("Revenue before"),
        _("Goal"),
        _("Conversions"),
        _("Conversions before"),
        _("Cost"),
        _("ROAS"),
        _("Data"),
    ]
    return Table(
        heads,
        [
            (
                row.workspace.name,
                row.workspace.currency,
                row.period.start,
                row.period.end,
                row.revenue.value,
                row.revenue.before,
                row.goal,
                row.conversions.value,
                row.conversions.before,
                row.cost,
                row.roas,
                row.health.state.value,
            )
            for row in report.rows
        ],
    )
