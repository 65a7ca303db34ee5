"""The addresses of workspaces and what belongs to them."""

from accounts.api.routes import both
from tracking.api import views

WORKSPACE = "workspaces/<slug:workspace>/"

urlpatterns = [
    *both("workspaces/", views.WorkspacesView, "workspaces"),
    *both(WORKSPACE, views.WorkspaceSettingsView, "workspace"),
    *both(f"{WORKSPACE}goals/", views.GoalsView, "goals"),
    *both(f"{WORKSPACE}pipeline/", views.PipelineView, "pipeline"),
    *both(f"{WORKSPACE}ingestion/", views.IngestionView, "ingestion"),
    *both(f"{WORKSPACE}people/<anything:alias>/journey/", views.JourneyView, "journey"),
    *both(f"{WORKSPACE}people/<anything:alias>/", views.PersonView, "person"),
]
