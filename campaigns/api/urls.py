"""The addresses of what was paid."""

from accounts.api.routes import both
from campaigns.api.views import SpendRowView, SpendView

urlpatterns = [
    *both("workspaces/<slug:workspace>/spend/", SpendView, "spend"),
    *both("workspaces/<slug:workspace>/spend/<int:spend>/", SpendRowView, "spend-row"),
]
