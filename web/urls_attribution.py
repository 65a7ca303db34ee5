"""The addresses of the attribution pages, of campaigns, and of saved views."""

from django.urls import path

from web.views import attribution, attribution_by, attribution_paths, attribution_people
from web.views.campaigns import campaigns
from web.views.saved import saved_views

urlpatterns = [
    path("w/<slug:slug>/attribution/", attribution.models, name="attribution"),
    path("w/<slug:slug>/attribution/by/", attribution_by.groups, name="attribution-by"),
    path("w/<slug:slug>/attribution/people/", attribution_people.people, name="attribution-people"),
    path("w/<slug:slug>/attribution/look-back/", attribution_paths.look_backs, name="attribution-look-back"),
    path("w/<slug:slug>/attribution/paths/", attribution_paths.paths, name="attribution-paths"),
    path("w/<slug:slug>/attribution/timing/", attribution_paths.times, name="attribution-timing"),
    path("w/<slug:slug>/conversions/<int:conversion>/", attribution_people.conversion, name="conversion"),
    path("w/<slug:slug>/campaigns/", campaigns, name="campaigns"),
    path("w/<slug:slug>/views/", saved_views, name="saved-views"),
]
