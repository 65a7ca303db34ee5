"""The addresses of reports."""

from accounts.api.routes import both
from reports.api.lifetime_value import LifetimeValueView
from reports.api.returns import ReturnsView
from reports.api.views import AttributionView

urlpatterns = [
    *both("workspaces/<slug:workspace>/reports/attribution/", AttributionView, "report-attribution"),
    *both("workspaces/<slug:workspace>/reports/returns/", ReturnsView, "report-returns"),
    *both("workspaces/<slug:workspace>/reports/lifetime-value/", LifetimeValueView, "report-lifetime-value"),
]
