"""The addresses of campaigns and of saved views."""

from accounts.api.routes import both
from reports.api.campaigns import CampaignsView
from reports.api.saved_views import SavedViewsView, SavedViewView

W = "workspaces/<slug:workspace>/"

urlpatterns = [
    *both(f"{W}reports/campaigns/", CampaignsView, "report-campaigns"),
    *both(f"{W}views/", SavedViewsView, "views"),
    *both(f"{W}views/<int:view>/", SavedViewView, "view"),
]
