"""The addresses of a workspace's settings."""

from django.urls import path

from web.views import goals, install, keys, rules, settings, spend

W = "w/<slug:slug>/settings/"

urlpatterns = [
    path(W, settings.settings, name="settings"),
    path(f"{W}channel-rules/", rules.channel_rules, name="channel-rules"),
    path(f"{W}goals/", goals.goals, name="goals"),
    path(f"{W}goals/goal/", goals.goal, name="goal"),
    path(f"{W}spend/", spend.spend, name="spend"),
    path(f"{W}install/", install.install, name="install"),
    path(f"{W}keys/", keys.keys, name="keys"),
]
