"""The addresses of the screens."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from web import urls_attribution, urls_reports, urls_settings
from web.converters import AliasConverter
from web.views import health, help, home, journeys, live, overview, session, styleguide
from web.views.funnels import funnel_run, funnels, saved_funnels
from web.views.lifetime_value import lifetime_value
from web.views.pipeline import pipeline
from web.views.returns import returns
from web.views.returns_over_time import returns_over_time
from web.views.stages import stages

register_converter(AliasConverter, "alias")

urlpatterns = [
    path("", home.home, name="home"),
    path("workspaces/", home.show_workspaces, name="workspaces"),
    path("workspaces/new/", home.new_workspace, name="new-workspace"),
    path("w/<slug:slug>/", overview.overview, name="overview"),
    path("w/<slug:slug>/funnels/", funnels, name="funnels"),
    path("w/<slug:slug>/funnels/run/", funnel_run, name="funnel-run"),
    path("w/<slug:slug>/funnels/saved/", saved_funnels, name="saved-funnels"),
    path("w/<slug:slug>/pipeline/", pipeline, name="pipeline"),
    path("w/<slug:slug>/settings/stages/", stages, name="stages"),
    path("w/<slug:slug>/returns/", returns, name="returns"),
    path("w/<slug:slug>/returns/over-time/", returns_over_time, name="returns-over-time"),
    path("w/<slug:slug>/returns/lifetime-value/", lifetime_value, name="lifetime-value"),
    path("w/<slug:slug>/data-health/", health.data_health, name="data-health"),
    path("w/<slug:slug>/live/", live.live_events, name="live-events"),
    path("w/<slug:slug>/live/refused/<int:number>/", live.refused_event, name="refused-event"),
    path("w/<slug:slug>/live/<alias:message>/", live.one_event, name="event"),
    path("w/<slug:slug>/journeys/", journeys.journeys, name="journeys"),
    path("w/<slug:slug>/journeys/<alias:alias>/", journeys.person_journey, name="journey"),
    path("w/<slug:slug>", RedirectView.as_view(pattern_name="overview", query_string=True)),
    *urls_attribution.urlpatterns,
    *urls_reports.urlpatterns,
    *urls_settings.urlpatterns,
    path("help/", help.show_guides, name="help"),
    path("help/<slug:name>/", help.show_guide, name="guide"),
    path("log-in/", session.log_in, name="log-in"),
    # The same page under the name by which the library looks for it.
    path("log-in/", session.log_in, name="account_login"),
    path("log-out/", session.log_out, name="log-out"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("theme/", session.choose_theme, name="theme"),
]
