"""The addresses of campaigns, of paths and their times, and of saved views."""

from accounts.api.routes import both
from reports.api.campaigns import CampaignsView
from reports.api.paths import LookBackView, TimingView, TopPathsView
from reports.api.saved_views import SavedViewsView, SavedViewView

W = "workspaces/<slug:workspace>/"

urlpatterns = [
    *both(f"{W}reports/campaigns/", CampaignsView, "report-campaigns"),
    *both(f"{W}reports/paths/", TopPathsView, "report-paths"),
    *both(f"{W}reports/timing/", TimingView, "report-timing"),
    *both(f"{W}reports/look-back/", LookBackView, "report-look-back"),
    *both(f"{W}views/", SavedViewsView, "views"),
    *both(f"{W}views/<int:view>/", SavedViewView, "view"),
]
