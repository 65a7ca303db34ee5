"""Write keys and tokens of a workspace: made, replaced and revoked; their secrets shown once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import (
    create_api_token,
    create_write_key,
    revoke_api_token,
    revoke_write_key,
    rotate_write_key,
)
from accounts.models import ApiToken, Membership, User, WriteKey
from accounts.permissions import Action
from reports.ways_out.csv_file import Table
from web.forms.form_page import FormPage
from web.forms.keys import LIVES, OVERLAPS, SCOPES, read_overlap, read_token

# Ended keys are shown for a while, so that whoever wonders finds them.
SHOWN_AFTER_END = timedelta(days=30)
# Asked on every page; the tokens of a workspace are few.
MOST_SHOWN = 200
WRITE_KEY, TOKEN = "write_key", "token"


class Keys(FormPage):
    """Both kinds of key in their tables; a new one's secret is on the page that answers, and nowhere after."""

    section = "settings"
    tab = "keys"
    title = gettext_lazy("Keys")
    template = "web/keys/page.html"
    action = Action.MANAGE_KEYS

    made = ""
    secret = ""

    def change(self) -> HttpResponse:
        form, now = self.request.POST, timezone.now()
        self.typed = form
        if "revoke_write_key" in form:
            key = _find(WriteKey.objects.filter(workspace=self.workspace), form["revoke_write_key"])
            revoke_write_key(key, now=now)
            return self._done(_("Revoked %(key)s… Events that carry it are refused.") % {"key": key.prefix})
        if "revoke_token" in form:
            token = _find(ApiToken.objects.filter(workspace=self.workspace), form["revoke_token"])
            revoke_api_token(token, now=now)
            return self._done(_("Revoked “%(name)s”.") % {"name": token.name})
        if "make_token" in form:
            wanted = read_token(form, now)
            _token, secret = create_api_token(
                self.workspace.agency,
                workspace=self.workspace,
                name=wanted.name,
                scope=wanted.scope,
                expires_at=wanted.expires_at,
                made_by=Membership.objects.get(user=cast(User, self.request.user), agency=self.workspace.agency_id),
            )
            return self._show_once(TOKEN, secret)
        if "replace_write_keys" in form:
            _key, secret = rotate_write_key(self.workspace, overlap=read_overlap(form), now=now)
            return self._show_once(WRITE_KEY, secret)
        _key, secret = create_write_key(self.workspace)
        return self._show_once(WRITE_KEY, secret)

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        keys = WriteKey.objects.filter(workspace=self.workspace).order_by("-pk")
        tokens = ApiToken.objects.filter(workspace=self.workspace).select_related("made_by__user").order_by("-pk")
        return {
            "write_keys": [(key, _state(key.revoked_at, now)) for key in shown_keys(keys, now)],
            "tokens": [(token, state_of(token, now)) for token in shown_keys(tokens, now)],
            "overlaps": OVERLAPS.items(),
            "scopes": SCOPES.items(),
            "lives": [(value, title) for value, (title, _length) in LIVES.items()],
            "made": self.made,
            "key": self.secret,
            "base_url": self.request.build_absolute_uri("/").rstrip("/"),
            "typed": self.typed,
            "problems": self.problems,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        write_keys = [(key.prefix, key.created_at, key.revoked_at) for key, _state in page["write_keys"]]
        return {
            "write-keys": Table([_("Begins with"), _("Made"), _("Ends")], write_keys),
            "tokens": table_of_tokens(token for token, _state in page["tokens"]),
        }

    def _show_once(self, made: str, secret: str) -> HttpResponse:
        self.made, self.secret, self.typed = made, secret, None
        return self.show()

    def _done(self, words: str) -> HttpResponse:
        return self.said(words, reverse("keys", args=[self.workspace.slug]))


def _find(rows: QuerySet[Any], given: str) -> Any:
    found = rows.filter(pk=int(given)).first() if given.isascii() and given.isdigit() and len(given) < 19 else None
    if found is None:
        raise Http404
    return found


def table_of_tokens(tokens: Iterable[ApiToken]) -> Table:
    """What may be known of tokens after they were shown."""
    heads = [_("Name"), _("Begins with"), _("May"), _("Made"), _("Last used"), _("Ends")]
    rows = [
        (token.name, token.prefix, token.scope, token.created_at, token.last_used_at, _end_of(token))
        for token in tokens
    ]
    return Table(heads, rows)


def _end_of(token: ApiToken) -> datetime | None:
    ends = [at for at in (token.revoked_at, token.expires_at) if at is not None]
    return min(ends) if ends else None


def _state(ends_at: datetime | None, now: datetime) -> str:
    """good, ending or ended."""
    if ends_at is None:
        return "good"
    return "ending" if ends_at > now else "ended"


def state_of(token: ApiToken, now: datetime) -> str:
    """good, ending or ended."""
    return _state(_end_of(token), now)


def shown_keys(rows: Iterable[Any], now: datetime) -> list[Any]:
    """Those that hold, and those that ended not long ago."""
    since = now - SHOWN_AFTER_END
    kept = [row for row in rows if not row.revoked_at or row.revoked_at > since]
    return kept[:MOST_SHOWN]


keys = Keys.as_view()
