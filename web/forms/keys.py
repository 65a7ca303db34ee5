"""What may be asked of a key when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Scope
from common.errors import Refusal

MOST_NAME = 120
# How long a new token holds; "" for ever.
LIVES: dict[str, tuple[object, timedelta | None]] = {
    "90": (gettext_lazy("90 days"), timedelta(days=90)),
    "365": (gettext_lazy("One year"), timedelta(days=365)),
    "30": (gettext_lazy("30 days"), timedelta(days=30)),
    "": (gettext_lazy("Until it is revoked"), None),
}
# How long the keys there are hold beside a new one, in hours.
OVERLAPS: dict[str, object] = {
    "168": gettext_lazy("7 days"),
    "24": gettext_lazy("1 day"),
    "720": gettext_lazy("30 days"),
    "0": gettext_lazy("End at once"),
}
SCOPES: dict[str, object] = {
    Scope.READ: gettext_lazy("Read: reports, events and settings"),
    Scope.MANAGE: gettext_lazy("Manage: also change settings, goals and spend"),
}


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it was asked for."""

    name: str
    scope: Scope
    expires_at: datetime | None


def read_token(form: Mapping[str, str], now: datetime) -> NewToken:
    """What a form says of a new token. Raises Refusal naming the field."""
    name = form.get("name", "").replace("\0", "").strip()
    if not 1 <= len(name) <= MOST_NAME:
        raise Refusal("invalid", _("Name it with 1 to %(most)d characters.") % {"most": MOST_NAME}, field="name")
    if form.get("scope") not in SCOPES:
        raise Refusal("invalid", _("Choose what it may do."), field="scope")
    if form.get("lives", "") not in LIVES:
        raise Refusal("invalid", _("Choose how long it holds."), field="lives")
    lives = LIVES[form.get("lives", "")][1]
    return NewToken(name, Scope(form["scope"]), now + lives if lives is not None else None)


def read_overlap(form: Mapping[str, str]) -> timedelta:
    """How long the old keys go on. Raises Refusal naming the field."""
    if form.get("overlap") not in OVERLAPS:
        raise Refusal("invalid", _("Choose how long the old keys go on."), field="overlap")
    return timedelta(hours=int(form["overlap"]))
