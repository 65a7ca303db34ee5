"""The colour and the shape of each channel on white paper, for mails and PDFs; the same as on the screens."""

from collections.abc import Iterable
from dataclasses import dataclass

SQUARE, CIRCLE, DIAMOND, RING, TRIANGLE, NONE = "square", "circle", "diamond", "ring", "triangle", "none"


@dataclass(frozen=True, slots=True)
class Look:
    """A colour as #RRGGBB, and a shape that says what kind of channel it is."""

    colour: str
    shape: str


LOOKS = {
    "Organic Search": Look("#2B2888", CIRCLE),
    "Referral": Look("#258999", CIRCLE),
    "Affiliates": Look("#633F00", SQUARE),
    "Paid Social": Look("#EA3783", SQUARE),
    "Organic Social": Look("#65004A", CIRCLE),
    "AI Assistants": Look("#8345C6", CIRCLE),
    "Display": Look("#BA800B", SQUARE),
    "Direct": Look("#4D5455", RING),
    "Paid Search": Look("#0890E9", SQUARE),
    "Email": Look("#24753B", DIAMOND),
    "Unassigned": Look("#777C7B", RING),
    "Organic Video": Look("#6E0104", CIRCLE),
    "SMS": Look("#669851", DIAMOND),
    "Mobile Push Notifications": Look("#005037", DIAMOND),
    "Paid Shopping": Look("#A07302", SQUARE),
    "Cross-network": Look("#605EA1", SQUARE),
    "Paid Other": Look("#8A605D", SQUARE),
    "Paid Video": Look("#BE2B02", SQUARE),
    "Audio": Look("#A375BF", SQUARE),
    "Organic Shopping": Look("#6A5F00", CIRCLE),
}
OTHERS = Look("#858F8B", NONE)
# A workspace's own channels take these in the order of its rules.
OWN_COLOURS = ("#605EA1", "#6E0104", "#669851", "#A375BF", "#8A605D", "#005037", "#BE2B02", "#A07302", "#6A5F00")


def own_looks(rules: Iterable[object]) -> dict[str, Look]:
    """The looks of the channels that a workspace's rules name and nobody else knows."""
    named = [rule.get("channel") for rule in rules if isinstance(rule, dict)]
    own = [name for name in dict.fromkeys(named) if isinstance(name, str) and name not in LOOKS]
    return {name: Look(OWN_COLOURS[i % len(OWN_COLOURS)], TRIANGLE) for i, name in enumerate(own)}


def look_of(channel: str | None, own: dict[str, Look]) -> Look:
    """How a channel looks; what is no channel of its own has no shape."""
    if channel is None:
        return OTHERS
    return LOOKS.get(channel) or own.get(channel) or Look(OWN_COLOURS[0], TRIANGLE)
