"""From the address, referrer and campaign of a page event to its mark: who sent this visit, and how."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import Struct

from tracking.core.channels import is_paid_like
from tracking.core.click_ids import KIND_OF_PARAMETER, ClickId, FoundIds, find_click_ids
from tracking.core.referrers import MAX_SOURCE, PAYMENT_AND_SIGN_IN_HOSTS, Referrer, find_referrer
from tracking.core.sources import GOOGLE, canonical_source, category_of
from tracking.core.urls import TAG_PREFIXES, Address, clean_text, read_host, read_parameters, split_address

MAX_CAMPAIGN = 500
MAX_PATH = 500
NOT_SET = "(not set)"

_TAG_NAMES = {
    "source": ("utm_source", "mtm_source", "pk_source", "matomo_source"),
    "medium": ("utm_medium", "mtm_medium", "pk_medium", "matomo_medium"),
    "campaign": ("utm_campaign", "mtm_campaign", "pk_campaign", "matomo_campaign"),
    "content": ("utm_content",),
    "term": ("utm_term",),
}
_ALL_TAGS = frozenset(name for names in _TAG_NAMES.values() for name in names)
_KNOWN_PARAMETERS = _ALL_TAGS | KIND_OF_PARAMETER.keys()


class Arrival(Struct, frozen=True, gc=False):
    """What a page event says about where it came from; url and referrer may be empty."""

    url: str
    referrer: str
    campaign: Mapping[str, str]


class Mark(NamedTuple):
    """One distinct combination of what a visit carried; its channel is worked out from it."""

    source: str
    medium: str
    campaign: str | None
    content: str | None
    term: str | None
    referrer_host: str | None
    landing_path: str | None
    click_id_kind: str | None


class ReadArrival(NamedTuple):
    """An arrival, read: its mark, every click id found, and whether it says where the visit came from."""

    mark: Mark
    click_ids: dict[str, str]
    says_origin: bool


@dataclass(frozen=True)
class ArrivalRules:
    """The settings of a workspace that matter when arrivals are read."""

    own_domains: frozenset[str] = frozenset()
    ignored_referrers: frozenset[str] = PAYMENT_AND_SIGN_IN_HOSTS
    manual_tags_override_click_ids: bool = False


class Tags(NamedTuple):
    """Campaign tags, empty where absent; source is canonical, source and medium are in lower case."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""
    term: str = ""

    @property
    def say_origin(self) -> bool:
        """Content and term alone name nobody."""
        return bool(self.source or self.medium or self.campaign)


class Origin(NamedTuple):
    """Who sent the visit and how, with the click id that had the say, if one had."""

    source: str
    medium: str
    click_id: str | None = None


def read_arrival(arrival: Arrival, rules: ArrivalRules) -> ReadArrival:
    """Read where a visit came from; any text is accepted, over-long text is cut.

    `?gclid=1` from www.youtube.com is youtube / cpc; no tag, no click id and no referrer is (direct) / (none).
    """
    landing = split_address(arrival.url)
    parameters = read_landing_parameters(landing)
    tags = make_tags({field: _first(parameters, names) for field, names in _TAG_NAMES.items()})
    if not any(tags) and arrival.campaign:
        tags = read_campaign(arrival.campaign)
    ids = find_click_ids(parameters)
    referrer = find_referrer(
        arrival.referrer,
        landing_host=read_host(landing.authority),
        own_domains=rules.own_domains,
        ignored=rules.ignored_referrers,
    )
    origin = find_origin(tags, ids, referrer, rules)
    mark = Mark(
        source=origin.source,
        medium=origin.medium,
        campaign=tags.campaign or None,
        content=tags.content or None,
        term=tags.term or None,
        referrer_host=referrer.host if referrer else None,
        landing_path=_read_path(landing),
        click_id_kind=origin.click_id,
    )
    return ReadArrival(mark, ids.values, tags.say_origin or bool(ids.values) or referrer is not None)


def read_landing_parameters(landing: Address) -> dict[str, str]:
    """Tags and click ids of a landing URL; a fragment written like a query counts where the query has no tag.

    Click ids of the query stay when the tags are read from the fragment.
    """
    parameters = read_parameters(landing.query, _KNOWN_PARAMETERS) if landing.query else {}
    if "=" not in landing.fragment or any(name.startswith(TAG_PREFIXES) for name in parameters):
        return parameters
    behind_hash = read_parameters(landing.fragment.removeprefix("?"), _KNOWN_PARAMETERS)
    if not _ALL_TAGS.isdisjoint(behind_hash):
        parameters = {name: value for name, value in parameters.items() if name not in _ALL_TAGS}
    return behind_hash | parameters


def read_campaign(campaign: Mapping[str, str]) -> Tags:
    """Tags from the campaign object that clients send along; its `name` is the campaign."""
    fields = {"source": "source", "medium": "medium", "campaign": "name", "content": "content", "term": "term"}
    return make_tags({field: _text_of(campaign.get(key)) for field, key in fields.items()})


def make_tags(values: Mapping[str, str]) -> Tags:
    """Bring tag values into the form they are stored in: canonical source, bounded lengths."""
    source, medium = values["source"][:MAX_SOURCE], values["medium"]
    return Tags(
        canonical_source(source)[:MAX_SOURCE] if source else "",
        medium[:MAX_SOURCE].strip().lower()[:MAX_SOURCE],
        *(values[field][:MAX_CAMPAIGN] for field in ("campaign", "content", "term")),
    )


def find_origin(tags: Tags, ids: FoundIds, referrer: Referrer | None, rules: ArrivalRules) -> Origin:
    """An ad click decides unless the tags tell of a paid click themselves; then tags; then what else is known."""
    if ids.ad and not _tags_outweigh_ad(tags, rules):
        return find_origin_of_ad(ids.ad, tags, referrer)
    if tags.say_origin:
        return find_origin_of_tags(tags, ids, referrer)
    return find_origin_untagged(ids, referrer)


def _tags_outweigh_ad(tags: Tags, rules: ArrivalRules) -> bool:
    if rules.manual_tags_override_click_ids and tags.source and tags.medium:
        return True
    return bool(tags.medium) and is_paid_like(tags.medium)


def find_origin_of_ad(ad: ClickId, tags: Tags, referrer: Referrer | None) -> Origin:
    """An ad click without tags that tell of one: `utm_source=newsletter&utm_medium=email&gclid=1` is google / cpc."""
    origin = Origin(ad.source, ad.medium, ad.parameter)
    if tags.source:
        names_known_source = not tags.medium and category_of(tags.source) is not None
        return origin._replace(source=tags.source) if names_known_source else origin
    if ad.source != GOOGLE or referrer is None:
        return origin
    if referrer.category == "video":
        return origin._replace(source=referrer.source)
    return origin._replace(medium="display") if referrer.is_google_ad_network else origin


def find_origin_of_tags(tags: Tags, ids: FoundIds, referrer: Referrer | None) -> Origin:
    """Tags as they are; what they leave out is filled from ids and referrer only where those cannot contradict."""
    filled = find_missing_source(tags, ids, referrer)
    source, click_id = (tags.source, None) if tags.source else (filled.source, filled.click_id)
    if tags.medium:
        return Origin(source, tags.medium, click_id)
    if ids.mailing:
        return Origin(tags.source or ids.mailing.source, ids.mailing.medium, ids.mailing.parameter)
    if not tags.source and referrer:
        return Origin(source, referrer.medium, click_id)
    return Origin(source, NOT_SET, click_id)


def find_missing_source(tags: Tags, ids: FoundIds, referrer: Referrer | None) -> Origin:
    """Who sent a visit whose tags name no source: the ad id, else the referrer, else a hint, else nobody known."""
    if ids.ad:
        return Origin(ids.ad.source, tags.medium, ids.ad.parameter)
    if referrer:
        return Origin(referrer.source, referrer.medium)
    if ids.hint:
        return Origin(ids.hint.source, ids.hint.medium, ids.hint.parameter)
    return Origin(NOT_SET, NOT_SET)


def find_origin_untagged(ids: FoundIds, referrer: Referrer | None) -> Origin:
    """A visit without tags: a mailing's id, Google's free listing id, the referrer, a hint, or nothing at all."""
    if certain := ids.mailing or ids.organic:
        return Origin(certain.source, certain.medium, certain.parameter)
    if referrer:
        return Origin(referrer.source, referrer.medium)
    if ids.hint:
        return Origin(ids.hint.source, ids.hint.medium, ids.hint.parameter)
    return Origin("(direct)", "(none)")


def _first(parameters: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((parameters[name] for name in names if name in parameters), "")


def _text_of(value: object) -> str:
    """Clients put numbers and nulls into campaign fields, whatever their types say."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return clean_text(value[: 4 * MAX_CAMPAIGN]) if isinstance(value, str) else ""


def _read_path(landing: Address) -> str | None:
    if landing.authority:
        return (landing.path or "/")[:MAX_PATH]
    return landing.path[:MAX_PATH] if landing.path.startswith("/") else None
