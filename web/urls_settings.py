"""The addresses of a workspace's settings."""

from django.urls import path

from web.views import install, keys

W = "w/<slug:slug>/settings/"

urlpatterns = [
    path(f"{W}install/", install.install, name="install"),
    path(f"{W}keys/", keys.keys, name="keys"),
]
