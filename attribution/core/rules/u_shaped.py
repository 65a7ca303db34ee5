"""U-shaped: 40 % to the first touch, 40 % to the one that made a lead, 20 % spread over the others."""

from numba import njit

from attribution.core.journeys import FIRST, LEAD, Journey, anchor_of
from attribution.core.rules.anchored import spread, weigh_anchor
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """Of A B C D E, with a lead just after B, A and B get 0.4 each and the others 0.0667 each."""
    anchors = [0, anchor_of(journey, journey.lead_at)]
    return spread(len(journey.touches), anchors, share=40.0, rest=20.0)


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """40 for each anchor the touch is, 20 shared by the others."""
    held = (anchors & FIRST != 0) + (anchors & LEAD != 0)
    return weigh_anchor(held, others, 40.0, 20.0)


RULE = Rule(
    name="u_shaped",
    title="U-shaped",
    formula="first touch and lead 40 % each, the 20 % left spread evenly over the others",
    twin=define,
    weigh=weigh,
    anchors=FIRST | LEAD,
)
