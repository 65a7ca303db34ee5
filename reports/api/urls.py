"""The addresses of reports."""

from accounts.api.routes import both
from reports.api.comparison import ComparisonView
from reports.api.funnel import FunnelRunView, FunnelView
from reports.api.goals import GoalView
from reports.api.lifetime_value import LifetimeValueView
from reports.api.mailing import ReportLettersView, ReportScheduleView, WeeklyReportsView
from reports.api.over_time import OverTimeView
from reports.api.pipeline import PipelineReportView
from reports.api.returns import ReturnsView
from reports.api.returns_over_time import ReturnsOverTimeView
from reports.api.views import AttributionView

urlpatterns = [
    *both("workspaces/<slug:workspace>/goals/<int:goal>/", GoalView, "goal"),
    *both("workspaces/<slug:workspace>/reports/attribution/", AttributionView, "report-attribution"),
    *both("workspaces/<slug:workspace>/reports/comparison/", ComparisonView, "report-comparison"),
    *both("workspaces/<slug:workspace>/reports/over-time/", OverTimeView, "report-over-time"),
    *both("workspaces/<slug:workspace>/reports/returns/", ReturnsView, "report-returns"),
    *both("workspaces/<slug:workspace>/reports/returns-over-time/", ReturnsOverTimeView, "report-returns-over-time"),
    *both("workspaces/<slug:workspace>/reports/lifetime-value/", LifetimeValueView, "report-lifetime-value"),
    *both("workspaces/<slug:workspace>/reports/funnel/", FunnelView, "report-funnel"),
    *both("workspaces/<slug:workspace>/reports/funnel/<int:run>/", FunnelRunView, "report-funnel-run"),
    *both("workspaces/<slug:workspace>/reports/pipeline/", PipelineReportView, "report-pipeline"),
    *both("workspaces/<slug:workspace>/report-schedule/", ReportScheduleView, "report-schedule"),
    *both("workspaces/<slug:workspace>/weekly-reports/", WeeklyReportsView, "weekly-reports"),
    *both("workspaces/<slug:workspace>/report-letters/", ReportLettersView, "report-letters"),
]
