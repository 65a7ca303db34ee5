"""The addresses of the Monday mail: a workspace's pages, and those of people without a log-in."""

from django.urls import path

from web.views import report_links, reports, reports_outbox

W = "w/<slug:slug>/reports/"

urlpatterns = [
    path(W, reports.schedule, name="reports"),
    path(f"{W}recipients/", reports.recipients, name="report-recipients"),
    path(f"{W}preview/", reports.preview, name="report-preview"),
    path(f"{W}mail/", reports.mail, name="report-mail"),
    path(f"{W}deliveries/", reports.deliveries, name="report-deliveries"),
    path(f"{W}branding/", reports.branding, name="report-branding"),
    path(f"{W}outbox/", reports_outbox.outbox, name="report-outbox"),
    path("report/confirm/<str:token>/", report_links.confirm, name="report-confirm"),
    path("report/unsubscribe/<str:token>/", report_links.unsubscribe, name="report-unsubscribe"),
]
