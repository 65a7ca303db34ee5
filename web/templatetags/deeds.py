"""Entries of the audit log in words: "POST keys" is what programs filter by, people read what was done."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()
# What stands in the address already, or says nothing to a person.
UNSAID = {"slug", "user"}

DEEDS: dict[str, str | Promise] = {
    "log in": gettext_lazy("Log in"),
    "log out": gettext_lazy("Log out"),
    "second factor": gettext_lazy("Enter the code of a second factor"),
    "second factor on": gettext_lazy("Switch the second factor on"),
    "second factor off": gettext_lazy("Switch the second factor off"),
    "recovery codes": gettext_lazy("Make new recovery codes"),
    "change password": gettext_lazy("Change the password"),
    "new password by mail": gettext_lazy("Set a new password by mail"),
    "confirm address": gettext_lazy("Confirm an e-mail address"),
    "take invitation": gettext_lazy("Take an invitation"),
    "POST agency-invite": gettext_lazy("Invite a member"),
    "POST agency-change-role": gettext_lazy("Change the role of a member"),
    "POST agency-remove": gettext_lazy("Remove a member"),
    "POST agency-withdraw": gettext_lazy("Withdraw an invitation"),
    "POST agency-tokens": gettext_lazy("Make or revoke a token of the agency"),
    "POST keys": gettext_lazy("Make or revoke a key"),
    "POST install": gettext_lazy("Make a key, or send a test event"),
    "POST new-workspace": gettext_lazy("Make a workspace"),
    "POST channel-rules": gettext_lazy("Change the channel rules"),
    "POST goal-archive": gettext_lazy("Archive a goal"),
    "POST goal-restore": gettext_lazy("Restore a goal"),
    "POST spend": gettext_lazy("Upload or take away spend"),
    "POST stages": gettext_lazy("Change the stages of the pipeline"),
    "POST reports": gettext_lazy("Change the schedule of the weekly report"),
    "POST report-recipients": gettext_lazy("Change the recipients of the weekly report"),
    "POST report-branding": gettext_lazy("Change the branding of mails"),
}


@register.filter
def deed(action: str) -> str:
    """ "POST keys" as "Make or revoke a key"; what has no words of its own is put together: "Change: goals"."""
    if action in DEEDS:
        return str(DEEDS[action])
    method, _space, page = action.partition(" ")
    thing = page.replace("-", " ")
    match method:
        case "GET" | "HEAD" if page:
            return _("Look at: %(thing)s") % {"thing": thing}
        case "DELETE" if page:
            return _("Delete: %(thing)s") % {"thing": thing}
        case "POST" | "PUT" | "PATCH" if page:
            return _("Change: %(thing)s") % {"thing": thing}
    return action


@register.filter
def deed_object(about: str) -> str:
    """ "slug=shop,key=7" as "key 7"; the workspace has a column of its own."""
    pairs = (pair.partition("=") for pair in about.split(",") if pair)
    return ", ".join(f"{name} {value}".strip() for name, _sign, value in pairs if name not in UNSAID)
