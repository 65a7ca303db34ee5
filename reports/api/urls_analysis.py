"""The addresses of saved views."""

from accounts.api.routes import both
from reports.api.saved_views import SavedViewsView, SavedViewView

W = "workspaces/<slug:workspace>/"

urlpatterns = [
    *both(f"{W}views/", SavedViewsView, "views"),
    *both(f"{W}views/<int:view>/", SavedViewView, "view"),
]
