"""The addresses of the screens."""

from django.urls import path
from django.views.generic import RedirectView

from web.views import home, overview, session, styleguide
from web.views.returns import returns

urlpatterns = [
    path("", home.home, name="home"),
    path("workspaces/", home.show_workspaces, name="workspaces"),
    path("w/<slug:slug>/", overview.overview, name="overview"),
    path("w/<slug:slug>/returns/", returns, name="returns"),
    path("w/<slug:slug>", RedirectView.as_view(pattern_name="overview", query_string=True)),
    path("log-in/", session.log_in, name="log-in"),
    # The same page under the name by which the library looks for it.
    path("log-in/", session.log_in, name="account_login"),
    path("log-out/", session.log_out, name="log-out"),
    path("theme/", session.choose_theme, name="theme"),
]
