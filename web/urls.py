"""The addresses of the screens."""

from django.urls import path

from web.views import home, session

urlpatterns = [
    path("", home.home, name="home"),
    path("workspaces/", home.show_workspaces, name="workspaces"),
    path("log-in/", session.log_in, name="log-in"),
    path("log-out/", session.log_out, name="log-out"),
    path("theme/", session.choose_theme, name="theme"),
]
