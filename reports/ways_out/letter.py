"""The weekly mail: MJML-made HTML, a text part worth reading, the chart inside, the PDF attached."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from email.mime.image import MIMEImage
from typing import Any, cast

import mjml
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.ways_out.chart import describe_days, paint_days
from reports.ways_out.pdf import make_pdf
from reports.ways_out.shown import ShownDay, ShownReturn, ShownWeek, show_week
from reports.ways_out.wearing import Wearing
from reports.weekly_report import WeeklyReport

CHART, LOGO = "chart", "logo"
MOST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One week as a letter; pictures are asked for as cid:chart and cid:logo."""

    subject: str
    html: str
    text: str
    chart: bytes
    logo: bytes | None
    pdf: bytes
    pdf_name: str


def write_letter(
    report: WeeklyReport,
    wearing: Wearing,
    *,
    run: int | None,
    unsubscribe_url: str = "",
    inline: dict[str, str] | None = None,
) -> Letter:
    """Everything a recipient gets; `inline` gives other addresses for the pictures, for showing it in a browser."""
    week = show_week(report, wearing, run=run)
    sources = inline or {CHART: f"cid:{CHART}", LOGO: f"cid:{LOGO}"}
    with override(report.language):
        page = _page(report, week, wearing, unsubscribe_url) | {
            "chart": sources[CHART],
            "logo": sources[LOGO] if wearing.logo else "",
        }
        html = to_html(render_to_string("reports/weekly.mjml", page))
        text = render_to_string("reports/weekly.txt", page)
    return Letter(
        subject=one_line(report.heading),
        html=html,
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        chart=paint_days(week.days, wearing),
        logo=wearing.logo,
        pdf=make_pdf(week, wearing),
        pdf_name=f"{report.slug}-{report.start}.pdf",
    )


def to_html(source: str) -> str:
    """HTML that mail programs understand; nothing in it is fetched from anywhere."""
    made: Any = mjml.mjml2html(source, disable_comments=True, fonts={})
    return str(made)


def address_letter(letter: Letter, *, to: str, sender: str, message_id: str, unsubscribe_url: str = "") -> "WeeklyMail":
    """The letter as a message to one address, with the headers that let mail programs offer one-click unsubscribing."""
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    if unsubscribe_url:
        # RFC 8058: a POST to this address is enough.
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    mail = WeeklyMail(letter.subject, letter.text, sender, [to], headers=headers)
    mail.attach_alternative(letter.html, "text/html")
    mail.attach(letter.pdf_name, letter.pdf, "application/pdf")
    mail.pictures = {CHART: letter.chart} | ({LOGO: letter.logo} if letter.logo else {})
    return mail


class WeeklyMail(EmailMultiAlternatives):
    """A mail whose pictures stand beside its HTML (multipart/related), so that no program lists them as attachments."""

    pictures: dict[str, bytes]

    def message(self, *args: Any, **kwargs: Any) -> Any:
        made = super().message(*args, **kwargs)
        parts = _alternatives_of(made)
        related = SafeMIMEMultipart(_subtype="related")
        related.attach(parts[1])
        for name, picture in self.pictures.items():
            image = MIMEImage(picture, "png")
            image.add_header("Content-ID", f"<{name}>")
            image.add_header("Content-Disposition", "inline", filename=f"{name}.png")
            related.attach(image)
        parts[1] = related
        return made


def one_line(text: str) -> str:
    """A text that fits into a header: no line ends and no other control characters, however they were written."""
    plain = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return " ".join(plain.split())[:MOST_SUBJECT]


def report_url(report: WeeklyReport) -> str:
    """The same week on the screen."""
    path = reverse("overview", args=[report.slug])
    query = f"start={report.start}&end={report.end}&model={report.model}&goal={report.goal_id}"
    return f"{settings.BASE_URL.rstrip('/')}{path}?{query}"


def _alternatives_of(mixed: Message) -> list[Any]:
    found = next(part for part in mixed.walk() if part.get_content_type() == "multipart/alternative")
    return cast(list[Any], found.get_payload())


def _page(report: WeeklyReport, week: ShownWeek, wearing: Wearing, unsubscribe_url: str) -> dict[str, Any]:
    rest = [row for row in (week.more, week.no_touch) if row is not None]
    returns = [*week.returns, *([week.returns_total] if week.returns_total else [])]
    why = _("You get this because you asked {agency} for the weekly report of {workspace}.")
    return {
        "week": week,
        "wearing": wearing,
        "figures": [week.figures[:2], week.figures[2:]],
        "chart_text": describe_days(week.days, week.days_title),
        "rest": rest,
        "returns": returns,
        "report_url": report_url(report),
        "unsubscribe_url": unsubscribe_url,
        "why": why.format(agency=week.agency, workspace=week.workspace),
    } | _columns(week, rest, returns)


def _columns(week: ShownWeek, rest: Sequence[Any], returns: Sequence[ShownReturn]) -> dict[str, str]:
    rows = [*week.rows, *rest, week.total]
    return {
        "text_figures": line_up([(figure.name, figure.value, figure.note) for figure in week.figures], right=(1,)),
        "text_days": line_up([(day.name, day.value, _remark(day)) for day in week.days], right=(1,)),
        "text_rows": line_up(
            [("", week.measure, week.change), *((row.name, row.value, row.change) for row in rows)], right=(1, 2)
        ),
        "text_returns": line_up(
            [("", _("Cost"), _("Revenue"), _("ROI")), *((row.name, row.cost, row.revenue, row.roi) for row in returns)],
            right=(1, 2, 3),
        ),
        "text_pipeline": line_up([(stage.name, stage.people, stage.share) for stage in week.pipeline], right=(1, 2)),
    }


def _remark(day: ShownDay) -> str:
    if not day.is_filling:
        return ""
    return _("so far, about {expected} expected").format(expected=day.expected) if day.expected else _("so far")


def line_up(rows: Sequence[Sequence[str]], *, right: Sequence[int]) -> str:
    """Columns of text; those named by `right` stand at their right edge."""
    if not rows:
        return ""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
