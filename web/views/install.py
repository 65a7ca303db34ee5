"""The first events: the tag to paste, the key filled in, and what has arrived so far."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import create_write_key
from accounts.keys import digest_of
from accounts.models import WriteKey
from accounts.permissions import Action, may
from reports.catalogue import first_events
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.forms.form_page import FormPage
from web.test_event import send_test_event

PLACEHOLDER = "YOUR_WRITE_KEY"


class Install(FormPage):
    """Hands out the tag, waits for the first event, and sends one through the real door when asked."""

    section = "settings"
    tab = "install"
    title = gettext_lazy("Install")
    template = "web/install/page.html"
    action = Action.CHANGE_WORKSPACE

    made_key = ""
    is_new = False

    def _write(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        # The collector must see the test's key, so nothing may stand in an open transaction.
        return self._send_test() if "test" in request.POST else super()._write(request, **kwargs)

    def change(self) -> HttpResponse:
        if "make_key" in self.request.POST:
            if not may(self.role, Action.MANAGE_KEYS):
                raise PermissionDenied
            _key, self.made_key = create_write_key(self.workspace)
            self.is_new = True
            return self.show()
        given = self.request.POST.get("key", "").strip()
        if not self._is_ours(given):
            return self.again({"key": _("Enter a write key of this workspace that still holds.")})
        self.made_key = given
        return self.show()

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        report = first_events.build(self.workspace, now)
        test = self.request.GET.get("test", "")[:80].replace("\0", "")
        palette = Palette(self.workspace.channel_rules)
        base = self.request.build_absolute_uri("/").rstrip("/")
        return {
            "ingestion": report.ingestion,
            "arrived": [
                {"event": event, "style": palette.style(event.channel), "shape": palette.shape(event.channel)}
                for event in report.events
            ],
            "real": any(not event.is_test for event in report.events),
            "test": test,
            "fate": first_events.fate_of(self.workspace, test) if test else None,
            "key": self.made_key or PLACEHOLDER,
            "filled": bool(self.made_key),
            "is_new": self.is_new,
            "may_make": may(self.role, Action.MANAGE_KEYS),
            "keys": WriteKey.objects.filter(workspace=self.workspace, revoked_at=None).count(),
            "base_url": base,
            "host": urlsplit(base).netloc,
            "scheme": urlsplit(base).scheme,
            "problems": self.problems,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        heads = [_("Time"), _("Kind"), _("Event"), _("Where"), _("Came from"), _("Channel"), _("Test")]
        events = [line["event"] for line in page["arrived"]]
        rows = [
            (one.at, one.kind, one.name, one.where, one.source or one.referrer, one.channel, one.is_test)
            for one in events
        ]
        return {"newest": Table(heads, rows)}

    def _is_ours(self, key: str) -> bool:
        found = WriteKey.objects.filter(workspace=self.workspace, digest=digest_of(key)).first()
        return found is not None and (found.revoked_at is None or found.revoked_at > timezone.now())

    def _send_test(self) -> HttpResponse:
        answer = send_test_event(self.workspace, settings.BASE_URL)
        if answer.problem:
            return self.again({"test": answer.problem})
        address = reverse("install", args=[self.workspace.slug])
        return HttpResponseRedirect(f"{address}?{urlencode({'test': answer.message_id})}#arrived")


install = Install.as_view()
