"""The mail that asks an address whether its owner wants the weekly report."""

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Workspace
from reports.ways_out.letter import one_line, to_html
from reports.ways_out.sender import sender_of
from reports.ways_out.wearing import Wearing


def write_question(workspace: Workspace, wearing: Wearing, *, to: str, confirm_url: str) -> EmailMultiAlternatives:
    """A question with one button; not answering it is an answer."""
    page = {"workspace": workspace, "wearing": wearing, "confirm_url": confirm_url}
    subject = _("Would you like the weekly report of {workspace}?").format(workspace=workspace.name)
    mail = EmailMultiAlternatives(
        one_line(subject),
        render_to_string("reports/confirm.txt", page),
        sender_of(wearing.name),
        [to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(to_html(render_to_string("reports/confirm.mjml", page)), "text/html")
    return mail
