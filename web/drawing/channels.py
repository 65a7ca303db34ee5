"""The colour and the shape of each channel, fixed for ever; a workspace's own channels wear triangles."""

from collections.abc import Iterable

PAID, EARNED, OWNED, UNKNOWN, OWN, SEVERAL = "square", "circle", "diamond", "ring", "triangle", "several"
SHAPES = {
    "Organic Search": EARNED,
    "Referral": EARNED,
    "Affiliates": PAID,
    "Paid Social": PAID,
    "Organic Social": EARNED,
    "AI Assistants": EARNED,
    "Display": PAID,
    "Direct": UNKNOWN,
    "Paid Search": PAID,
    "Email": OWNED,
    "Unassigned": UNKNOWN,
    "Organic Video": EARNED,
    "SMS": OWNED,
    "Mobile Push Notifications": OWNED,
    "Paid Shopping": PAID,
    "Cross-network": PAID,
    "Paid Other": PAID,
    "Paid Video": PAID,
    "Audio": PAID,
    "Organic Shopping": EARNED,
}
OWN_COLOURS = 9


class Palette:
    """What each channel of one workspace looks like; its own ones take their colours in the order of its rules."""

    def __init__(self, rules: Iterable[object] = ()) -> None:
        named = [rule.get("channel") for rule in rules if isinstance(rule, dict)]
        self._own = [name for name in dict.fromkeys(named) if isinstance(name, str) and name not in SHAPES]

    def style(self, channel: str | None) -> str:
        """The class that carries the colour: `ch-paid-search`, `ch-own-2`; several channels together have none."""
        if channel is None:
            return "ch-several"
        if channel in SHAPES:
            return "ch-" + channel.lower().replace(" ", "-")
        place = self._own.index(channel) if channel in self._own else 0
        return f"ch-own-{place % OWN_COLOURS + 1}"

    def shape(self, channel: str | None) -> str:
        """square paid, circle earned, diamond owned, ring unknown, triangle the workspace's own."""
        return SEVERAL if channel is None else SHAPES.get(channel, OWN)
