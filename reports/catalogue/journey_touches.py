"""The rows of a journey: what each touch says, on what evidence, and why some do not count."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Workspace
from reports.catalogue.journey_report import JourneyTouch, Share
from reports.catalogue.journey_rows import MOST_RETURNS, Detail, Hit, Step
from tracking.core.marks import read_landing_parameters
from tracking.core.referrers import read_referrer
from tracking.core.urls import TAG_PREFIXES, is_under, normalise_domains, read_host, split_address
from tracking.storage.rules import load_rules

# A shared device reaches thousands of touches; the ends of such a journey tell enough.
MOST_ROWS, FIRST_ROWS = 80, 30
Key = tuple[datetime, int]
Shares = Mapping[str, Share]


def fold(path: Sequence[Step], shared: Mapping[str, Sequence[Share]]) -> tuple[list[Step], JourneyTouch | None]:
    """The steps that get a row of their own, and one row for all those between, which earns what they earn."""
    if len(path) <= MOST_ROWS:
        return list(path), None
    between = slice(FIRST_ROWS, len(path) - (MOST_ROWS - FIRST_ROWS))
    middle = path[between]
    sums = {model: add_shares(parts[between]) for model, parts in shared.items()}
    row = JourneyTouch(at=middle[0].at, channel=None, number=FIRST_ROWS + 1, folded=len(middle), shares=sums)
    return [*path[:FIRST_ROWS], *path[between.stop :]], row


def add_shares(parts: Sequence[Share]) -> Share:
    """Several shares as one."""
    values = [part.value for part in parts if part.value is not None]
    credit = sum((part.credit for part in parts), Decimal(0))
    return Share(credit, sum(values, Decimal(0)) if values else None)


def lay_out(
    details: Sequence[Detail],
    *,
    counted: Mapping[Key, int],
    shares: Mapping[Key, Shares],
    folded: JourneyTouch | None,
    reason_of: Callable[[Detail], str],
) -> list[JourneyTouch]:
    """One row a touch; `counted` gives the place in the path of those that may earn."""
    laid_out = [_make_row(detail, counted, shares, reason_of) for detail in details]
    return [*laid_out, folded] if folded else laid_out


def _make_row(
    detail: Detail, counted: Mapping[Key, int], shares: Mapping[Key, Shares], reason_of: Callable[[Detail], str]
) -> JourneyTouch:
    key = (detail.at, detail.tie)
    place = counted.get(key)
    return JourneyTouch(
        at=detail.at,
        channel=detail.channel,
        source=detail.source,
        medium=detail.medium,
        campaign=detail.campaign,
        term=detail.term,
        content=detail.content,
        landing_path=detail.landing_path,
        landing_url=detail.landing_url,
        referrer_host=detail.referrer_host,
        click_id_kind=detail.click_id_kind,
        evidence=find_evidence(detail),
        number=None if place is None else place + 1,
        reason="" if place is not None else reason_of(detail),
        shares=shares.get(key, {}),
    )


def find_evidence(detail: Detail) -> str:
    """What told where the visit came from: a click id, tags, both, the referrer, or nothing."""
    tagged = has_tags(detail)
    if detail.click_id_kind or detail.has_click_id:
        return "both" if tagged else "click_id"
    if tagged:
        return "tags"
    return "referrer" if detail.referrer_host else "none"


def has_tags(detail: Detail) -> bool:
    """Whether the landing address, or the campaign sent along with the event, names a source."""
    parameters = read_landing_parameters(split_address(detail.landing_url)) if detail.landing_url else {}
    if any(name.startswith(TAG_PREFIXES) for name in parameters):
        return True
    # Sent beside the address: a campaign has no other way in, and a source without referrer or click id neither.
    unexplained = not detail.referrer_host and not detail.click_id_kind and detail.source != "(direct)"
    return bool(detail.campaign) or unexplained


def find_returns(workspace: Workspace, hits: Sequence[Hit], touched: Collection[datetime]) -> list[JourneyTouch]:
    """Pages opened on the way back from paying, signing in or another domain of ours: visits went on there."""
    if not hits:
        return []
    rules = load_rules(workspace).arrivals
    ignored, own = normalise_domains(rules.ignored_referrers), normalise_domains(rules.own_domains)
    found = []
    for hit in hits:
        referrer = read_referrer(hit.referrer)
        if referrer is None or referrer.is_app or hit.at in touched:
            continue
        if is_under(referrer.host, ignored):
            reason = _("Back from paying or signing in, inside the same visit: never a touch of its own.")
        elif is_under(referrer.host, own) and read_host(split_address(hit.url).authority) != referrer.host:
            reason = _("From another domain of your own, inside the same visit: never a touch of its own.")
        else:
            continue
        path = split_address(hit.url).path or "/"
        found.append(
            JourneyTouch(
                at=hit.at,
                channel=None,
                landing_path=path,
                referrer_host=referrer.host,
                evidence="referrer",
                reason=reason,
                turned_back=True,
            )
        )
    return found[-MOST_RETURNS:]


def write_day(workspace: Workspace, at: datetime) -> str:
    """24 October, in the workspace's zone and the reader's language."""
    language = get_language() or "en"
    locale = "en_GB" if language == "en" else language.replace("-", "_")
    return format_date(at.astimezone(ZoneInfo(workspace.timezone)).date(), "d MMMM", locale=locale)
