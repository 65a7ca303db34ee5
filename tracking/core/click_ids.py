"""Click ids: what ad platforms, affiliate networks and mailers add to a landing URL, and what each one proves."""

from collections.abc import Mapping
from typing import NamedTuple

MAX_VALUE = 500


class ClickId(NamedTuple):
    """A kind of click id; `proves` is ad, affiliate, email, organic or hint."""

    parameter: str
    proves: str
    source: str
    medium: str


def _kinds(proves: str, source: str, medium: str, parameters: str) -> list[ClickId]:
    return [ClickId(parameter, proves, source, medium) for parameter in parameters.split()]


# The order counts: of several ad ids the first of this list decides.
KINDS: tuple[ClickId, ...] = (
    *_kinds("ad", "google", "cpc", "gclid gbraid wbraid gad_source"),
    *_kinds("ad", "dv360", "cpm", "dclid"),
    *_kinds("ad", "bing", "cpc", "msclkid"),
    *_kinds("ad", "yandex", "cpc", "yclid"),
    *_kinds("ad", "tiktok", "cpc", "ttclid"),
    *_kinds("ad", "twitter", "cpc", "twclid"),
    *_kinds("ad", "linkedin", "cpc", "li_fat_id"),
    *_kinds("ad", "reddit", "cpc", "rdt_cid"),
    *_kinds("ad", "snapchat", "cpc", "sccid sc_click"),
    *_kinds("ad", "quora", "cpc", "qclid"),
    *_kinds("ad", "taboola", "cpc", "tblci"),
    *_kinds("ad", "outbrain", "cpc", "dicbo"),
    *_kinds("affiliate", "impact", "affiliate", "irclickid"),
    *_kinds("affiliate", "cj", "affiliate", "cjevent"),
    *_kinds("affiliate", "awin", "affiliate", "awc"),
    *_kinds("affiliate", "rakuten", "affiliate", "ransiteid"),
    *_kinds("email", "mailchimp", "email", "mc_eid mc_cid"),
    *_kinds("email", "klaviyo", "email", "_kx"),
    *_kinds("email", "hubspot", "email", "_hsenc"),
    *_kinds("email", "marketo", "email", "mkt_tok"),
    *_kinds("organic", "google", "organic", "srsltid"),
    *_kinds("hint", "facebook", "referral", "fbclid"),
    *_kinds("hint", "instagram", "referral", "igshid igsh"),
    *_kinds("hint", "pinterest", "referral", "epik"),
)
KIND_OF_PARAMETER: dict[str, ClickId] = {kind.parameter: kind for kind in KINDS}


class FoundIds(NamedTuple):
    """The click ids of one landing URL: all values, and the first kind of each class."""

    values: dict[str, str]
    ad: ClickId | None = None
    mailing: ClickId | None = None
    organic: ClickId | None = None
    hint: ClickId | None = None


def find_click_ids(parameters: Mapping[str, str]) -> FoundIds:
    """Pick the click ids out of the landing parameters; an affiliate id goes before a mailer's."""
    present = KIND_OF_PARAMETER.keys() & parameters.keys()
    if not present:
        return FoundIds({})
    kinds = [kind for kind in KINDS if kind.parameter in present]
    first: dict[str, ClickId] = {}
    for kind in kinds:
        first.setdefault(kind.proves, kind)
    return FoundIds(
        {kind.parameter: parameters[kind.parameter][:MAX_VALUE] for kind in kinds},
        ad=first.get("ad"),
        mailing=first.get("affiliate") or first.get("email"),
        organic=first.get("organic"),
        hint=first.get("hint"),
    )
