"""The addresses of a workspace's settings."""

from django.urls import path

from web.views import install, keys, settings

W = "w/<slug:slug>/settings/"

urlpatterns = [
    path(W, settings.settings, name="settings"),
    path(f"{W}install/", install.install, name="install"),
    path(f"{W}keys/", keys.keys, name="keys"),
]
