"""The Monday mail: when it goes out and to whom, what it looks like, what became of it, and what it wears."""

import base64
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Action, may
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.catalogue.overview import list_goals, list_models
from reports.core.brand import contrast_on_white, darken
from reports.deliveries import recipients as people
from reports.deliveries.lists import find_edition, list_editions, list_letters
from reports.deliveries.preview import Preview, make_preview, write_test
from reports.deliveries.schedules import Wish, find_schedule, save_schedule
from reports.deliveries.sending import answer_unknown
from reports.models import MOST_WORDS, Brand, Schedule
from reports.ways_out import mail_folder
from reports.ways_out.csv_file import Table
from reports.ways_out.letter import CHART, LOGO, Letter, WeeklyMail, one_line, write_letter
from reports.ways_out.pdf import paint_pages
from reports.ways_out.sender import send_now, sender_of
from reports.ways_out.shown import show_week
from reports.ways_out.wearing import MOST_LOGO_BYTES, save_brand, wear
from reports.weekly_report import WeeklyReport, thaw
from web.forms.form_page import FormPage
from web.middleware import POLICY
from web.pages import WorkspacePage
from web.views.report_tables import tell_editions, tell_letters, tell_recipients

LETTERS_A_PAGE = 50
PARTS = ("html", "text", "pdf")
# Our page may hold a frame of ours; what is in the frame may do nothing but look as it looks.
FRAMING = f"{POLICY}; frame-src 'self'"
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


class ReportPage(FormPage):
    """A page of the section, with its tabs."""

    section = "reports"
    title = gettext_lazy("Weekly report")
    action = Action.SEND_REPORTS

    def _render(self, template: str, page: Mapping[str, Any], status: int) -> HttpResponse:
        shows_outbox = mail_folder.is_used() and may(self.role, Action.MANAGE_MEMBERS)
        return super()._render(
            template, {"typed": self.typed, "problems": self.problems, "shows_outbox": shows_outbox, **page}, status
        )

    def address(self, name: str) -> str:
        return reverse(name, args=[self.workspace.slug])


class SchedulePage(ReportPage):
    """When it goes out, to whom, and how the last ones went."""

    tab = "reports"
    template = "web/reports/schedule.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        schedule = find_schedule(self.workspace)
        return {
            "schedule": self._as_typed(schedule),
            "kept": schedule,
            "weekdays": list_weekdays(),
            "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
            "models": list_models(self.workspace.half_life_days),
            "goals": list_goals(self.workspace),
            "recipients": people.list_recipients(self.workspace),
            "editions": list_editions(self.workspace, most=4),
            "most_words": MOST_WORDS,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"recipients": tell_recipients(page["recipients"]), "reports": tell_editions(page["editions"])}

    def change(self, **kwargs: Any) -> HttpResponse:
        form = self.typed = self.request.POST
        wish = Wish(
            is_on=form.get("is_on") == "on",
            weekday=_whole(form.get("weekday"), "weekday"),
            hour=_whole(form.get("hour"), "hour"),
            goal_id=_whole(form["goal"], "goal") if form.get("goal") else None,
            model=form.get("model", ""),
            words=form.get("words", ""),
        )
        save_schedule(self.workspace, wish, now=timezone.now())
        return self.said(_("The schedule is kept."), self.address("reports"))

    def _as_typed(self, schedule: Schedule) -> Schedule:
        # What was typed stays, also where it was wrong.
        if self.typed is not None:
            schedule.is_on = self.typed.get("is_on") == "on"
            schedule.words = self.typed.get("words", "")
            schedule.model = self.typed.get("model", "")
            for name in ("weekday", "hour"):
                given = str(self.typed.get(name, ""))
                setattr(schedule, name, int(given) if given.isdecimal() and len(given) < 4 else 0)
        return schedule


class RecipientsForm(SchedulePage):
    """Add an address, ask it again, or take it off."""

    reads = False

    def change(self, **kwargs: Any) -> HttpResponse:
        form, now = self.request.POST, timezone.now()
        self.added = form.get("email", "")
        if "remove" in form:
            people.remove_recipient(self.workspace, _id(form["remove"]), now=now)
            words = _("They get no more reports.")
        elif "ask" in form:
            people.ask(self.workspace, _id(form["ask"]), now=now)
            words = _("They are asked again.")
        else:
            people.add_recipient(self.workspace, self.added, now=now)
            words = _("They get a mail with a link to say yes. Nothing else is sent before.")
        return self.said(words, self.address("reports") + "#recipients")

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        return super().describe(**kwargs) | {"added": self.added}


class PreviewPage(ReportPage):
    """The very mail, as HTML, text and PDF; and a test to oneself."""

    tab = "report-preview"
    title = gettext_lazy("Preview")
    template = "web/reports/preview.html"
    test: WeeklyMail | None = None

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        part = self.request.GET.get("show", "html")
        report, reason, edition = _asked_report(self)
        wearing = wear(self.workspace.agency)
        page: dict[str, Any] = {
            "part": part if part in PARTS else "html",
            "parts": (("html", _("Mail")), ("text", _("Text")), ("pdf", _("PDF"))),
            "reason": reason,
            "edition": edition,
            "subject": one_line(report.heading),
            "sender": sender_of(wearing.name),
            "me": cast(User, self.request.user).email,
        }
        if page["part"] == "text":
            page["text"] = write_letter(report, wearing, run=edition).text
        if page["part"] == "pdf":
            page["pages"] = range(1, len(paint_pages(show_week(report, wearing, run=edition), wearing)) + 1)
        return page

    def _render(self, template: str, page: Mapping[str, Any], status: int) -> HttpResponse:
        answer = super()._render(template, page, status)
        answer.headers["Content-Security-Policy"] = FRAMING
        return answer

    def change(self, **kwargs: Any) -> HttpResponse:
        report = make_preview(self.workspace, timezone.now()).report
        self.test = write_test(self.workspace, report, to=cast(User, self.request.user).email)
        return HttpResponse()

    def _write(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = super()._write(request, **kwargs)
        if self.test is None:
            return answer
        # Outside the transaction: a mail server may take seconds.
        try:
            send_now(self.test, workspace_id=self.workspace.pk)
        except (SMTPException, OSError) as error:
            words = _("The mail server did not take it: {why}").format(why=one_line(str(error)))
            return self.show(Refusal("mail_server", words), status=422, **kwargs)
        (to,) = self.test.to
        return self.said(_("A test is on its way to {to}.").format(to=to), self.address("report-preview"))


class MailPart(ReportPage):
    """One part of the mail by itself: ?part=html for a frame, text, pdf, or page-1 as a picture."""

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        part = self.request.GET.get("part", "html")
        try:
            with workspace_scope(self.workspace):
                report, _reason, edition = _asked_report(self)
        except Refusal as wrong:
            return self._render("web/refused.html", {"refusal": wrong}, 400)
        wearing = wear(self.workspace.agency)
        if part.startswith("page-"):
            pages = paint_pages(show_week(report, wearing, run=edition), wearing)
            return HttpResponse(_nth(pages, part.removeprefix("page-")), content_type="image/png")
        letter = write_letter(report, wearing, run=edition)
        return answer_part(letter, part)


class DeliveriesPage(ReportPage):
    """What became of each letter, and what a person can do about it."""

    tab = "report-deliveries"
    title = gettext_lazy("Deliveries")
    template = "web/reports/deliveries.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        cursor = self.request.GET.get("cursor")
        before = _id(cursor) if cursor else None
        letters = list_letters(self.workspace, before=before, most=LETTERS_A_PAGE + 1)
        return {
            "editions": list_editions(self.workspace),
            "letters": letters[:LETTERS_A_PAGE],
            "next": letters[LETTERS_A_PAGE - 1].pk if len(letters) > LETTERS_A_PAGE else None,
            "schedule": find_schedule(self.workspace),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"reports": tell_editions(page["editions"]), "letters": tell_letters(page["letters"])}

    def change(self, **kwargs: Any) -> HttpResponse:
        form, now = self.request.POST, timezone.now()
        arrived = "arrived" in form
        answer_unknown(self.workspace, _id(form.get("arrived") or form.get("again")), arrived=arrived, now=now)
        words = _("Noted: it arrived.") if arrived else _("It is sent again within a minute.")
        return self.said(words, self.address("report-deliveries"))


class BrandingPage(ReportPage):
    """Name, logo and colour of the agency, on all its mails and PDFs."""

    tab = "report-branding"
    title = gettext_lazy("Branding")
    action = Action.CHANGE_BRAND
    template = "web/reports/branding.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        agency = self.workspace.agency
        brand = Brand.objects.filter(agency=agency).first() or Brand(agency=agency)
        wearing = wear(agency)
        return {
            "brand": brand,
            "wearing": wearing,
            "was_darkened": darken(brand.colour) != brand.colour.upper(),
            "contrast": f"{contrast_on_white(wearing.colour):.1f}",
            "logo_source": _as_data(wearing.logo) if wearing.logo else "",
            "agency": agency,
        }

    def change(self, **kwargs: Any) -> HttpResponse:
        form = self.typed = self.request.POST
        given = self.request.FILES.get("logo")
        # One byte more than allowed tells as much as the whole file.
        logo = given.read(MOST_LOGO_BYTES + 1) if given is not None else None
        save_brand(
            self.workspace.agency,
            name=form.get("name", ""),
            colour=form.get("colour", "").strip(),
            logo=logo,
            keep_logo="remove_logo" not in form,
        )
        return self.said(_("All reports of the agency wear it from now on."), self.address("report-branding"))


def answer_part(letter: Letter, part: str) -> HttpResponse:
    """A letter's HTML for a frame that may do nothing, its text, or its PDF."""
    if part == "pdf":
        answer = HttpResponse(letter.pdf, content_type="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="{letter.pdf_name}"'
        return answer
    if part == "text":
        return HttpResponse(letter.text, content_type="text/plain; charset=utf-8")
    return answer_framed(with_pictures(letter.html, {CHART: letter.chart, LOGO: letter.logo}))


def answer_framed(html: str) -> HttpResponse:
    """HTML that somebody else may have written: no scripts, no forms, nothing from elsewhere."""
    answer = HttpResponse(html)
    answer.headers["Content-Security-Policy"] = FRAMED
    answer.xframe_options_exempt = True
    return answer


def with_pictures(html: str, pictures: Mapping[str, bytes | None]) -> str:
    """The HTML with its pictures inside, for a browser."""
    for name, picture in pictures.items():
        if picture is not None:
            html = html.replace(f"cid:{name}", _as_data(picture))
    return html


def list_weekdays() -> list[tuple[int, str]]:
    """0 is Monday."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return list(enumerate(names))


def _asked_report(page: WorkspacePage) -> tuple[WeeklyReport, str, int | None]:
    """(report, why it would be held back, number of the edition): ?edition= names a frozen one, else the preview."""
    asked = page.request.GET.get("edition")
    if asked is not None:
        edition = find_edition(page.workspace, _id(asked))
        if edition is None or edition.figures is None:
            raise Http404
        return thaw(edition.figures), "", edition.pk
    preview: Preview = make_preview(page.workspace, timezone.now())
    return preview.report, preview.reason, None


def _nth(pages: list[bytes], number: str) -> bytes:
    if not number.isdecimal() or len(number) > 3 or not 1 <= int(number) <= len(pages):
        raise Http404
    return pages[int(number) - 1]


def _as_data(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _id(given: str | None) -> int:
    return int(given) if given and given.isdecimal() and given.isascii() and len(given) < 19 else 0


def _whole(given: str | None, field: str) -> int:
    if not given or not given.isdecimal() or not given.isascii() or len(given) > 18:
        raise Refusal("invalid_choice", _("Choose one of the list."), field=field)
    return int(given)


schedule = SchedulePage.as_view()
recipients = RecipientsForm.as_view()
preview = PreviewPage.as_view()
mail = MailPart.as_view()
deliveries = DeliveriesPage.as_view()
branding = BrandingPage.as_view()
