"""The addresses of reports."""

from accounts.api.routes import both
from reports.api.views import AttributionView

urlpatterns = [
    *both("workspaces/<slug:workspace>/reports/attribution/", AttributionView, "report-attribution"),
]
