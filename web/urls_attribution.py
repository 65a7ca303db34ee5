"""The addresses of the attribution pages."""

from django.urls import path

from web.views import attribution, attribution_by, attribution_people

urlpatterns = [
    path("w/<slug:slug>/attribution/", attribution.models, name="attribution"),
    path("w/<slug:slug>/attribution/by/", attribution_by.groups, name="attribution-by"),
    path("w/<slug:slug>/attribution/people/", attribution_people.people, name="attribution-people"),
    path("w/<slug:slug>/conversions/<int:conversion>/", attribution_people.conversion, name="conversion"),
]
