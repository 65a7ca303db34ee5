"""Mails that stayed here because no mail server is named: a folder, and this page over it."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action
from common.errors import Refusal
from reports.ways_out import mail_folder
from reports.ways_out.csv_file import Table
from web.views.report_tables import as_iso
from web.views.reports import ReportPage, answer_framed, with_pictures


class OutboxPage(ReportPage):
    """The list; ?mail= opens one, and &part= shows its HTML, text, PDF or whole file by itself."""

    tab = "report-outbox"
    title = gettext_lazy("Outbox")
    template = "web/reports/outbox.html"
    # They hold the links by which other people say yes.
    action = Action.MANAGE_MEMBERS

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        listed = mail_folder.list_mails(self.workspace.pk) if mail_folder.is_used() else []
        return {
            "is_used": mail_folder.is_used(),
            "folder": str(mail_folder.folder_of(self.workspace.pk)) if mail_folder.is_used() else "",
            "mails": [_line(name, mail) for name, mail in listed],
            "opened": self.request.GET.get("mail", ""),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        heads = [_("Subject"), _("To"), _("At")]
        return {"mails": Table(heads, [(one["subject"], one["to"], as_iso(one["at"])) for one in page["mails"]])}

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        name, part = self.request.GET.get("mail"), self.request.GET.get("part")
        if name is None or not mail_folder.is_used():
            return super().show(refusal, status, **kwargs)
        found = mail_folder.find_mail(self.workspace.pk, name)
        if found is None:
            raise Http404
        return super().show(refusal, status, **kwargs) if part is None else _answer(found, part)


def _line(name: str, mail: EmailMessage) -> dict[str, Any]:
    return {
        "name": name,
        "subject": str(mail["Subject"] or "").strip(),
        "to": str(mail["To"] or ""),
        "at": parsedate_to_datetime(str(mail["Date"])) if mail["Date"] else None,
        "parts": [part for part in ("html", "text", "pdf") if _find(mail, part) is not None],
    }


def _find(mail: EmailMessage, part: str) -> Any:
    wanted = {"html": "text/html", "text": "text/plain", "pdf": "application/pdf"}.get(part)
    return next((one for one in mail.walk() if one.get_content_type() == wanted), None)


def _answer(mail: EmailMessage, part: str) -> HttpResponse:
    if part == "eml":
        return HttpResponse(mail.as_bytes(), content_type="message/rfc822")
    found = _find(mail, part)
    if found is None:
        raise Http404
    if part == "pdf":
        return HttpResponse(found.get_content(), content_type="application/pdf")
    if part == "text":
        return HttpResponse(found.get_content(), content_type="text/plain; charset=utf-8")
    pictures = {
        str(one["Content-ID"]).strip("<>"): one.get_content()
        for one in mail.walk()
        if one.get_content_type() == "image/png" and one["Content-ID"]
    }
    return answer_framed(with_pictures(found.get_content(), pictures))


outbox = OutboxPage.as_view()
