"""The addresses of what was paid."""

from accounts.api.routes import both
from campaigns.api.views import SpendView

urlpatterns = [*both("workspaces/<slug:workspace>/spend/", SpendView, "spend")]
