"""The addresses of a workspace's settings, and of an agency's tokens and log."""

from django.urls import path

from web.views import agency_tokens, audit, goals, install, keys, rules, settings, spend

W = "w/<slug:slug>/settings/"

urlpatterns = [
    path("agency/<slug:agency>/audit/", audit.show_audit, name="audit"),
    path("agency/<slug:agency>/tokens/", agency_tokens.agency_tokens, name="agency-tokens"),
    path(W, settings.settings, name="settings"),
    path(f"{W}channel-rules/", rules.channel_rules, name="channel-rules"),
    path(f"{W}goals/", goals.goals, name="goals"),
    path(f"{W}goals/goal/", goals.goal, name="goal"),
    path(f"{W}goals/<int:goal>/archive/", goals.archive, name="goal-archive"),
    path(f"{W}goals/<int:goal>/restore/", goals.restore, name="goal-restore"),
    path(f"{W}spend/", spend.spend, name="spend"),
    path(f"{W}install/", install.install, name="install"),
    path(f"{W}keys/", keys.keys, name="keys"),
]
