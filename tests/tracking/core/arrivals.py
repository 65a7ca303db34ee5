"""Words the channel tests share."""

from collections.abc import Mapping

from tracking.core.channels import classify
from tracking.core.marks import Arrival, ArrivalRules, ReadArrival, read_arrival

LANDING = "https://shop.example.com/landing"
ORDINARY = ArrivalRules()


def arrive(
    query: str = "", referrer: str = "", *, campaign: Mapping[str, str] | None = None, rules: ArrivalRules = ORDINARY
) -> ReadArrival:
    """Land on the shop with a query (or a fragment that starts with #) from a referrer, given as URL or host."""
    if referrer and "://" not in referrer:
        referrer = f"https://{referrer}/"
    url = LANDING + (query if query[:1] in ("", "#", "?") else f"?{query}")
    return read_arrival(Arrival(url, referrer, campaign or {}), rules)


def origin_of(read: ReadArrival) -> str:
    """`source / medium`, as people write it."""
    return f"{read.mark.source} / {read.mark.medium}"


def channel_of(read: ReadArrival) -> str:
    """The channel without rules of a workspace."""
    return classify(read.mark)
