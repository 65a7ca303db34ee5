"""W-shaped: 30 % each to the first touch, the lead and the opportunity, 10 % spread over the others."""

from numba import njit

from attribution.core.journeys import FIRST, LEAD, OPPORTUNITY, Journey, anchor_of
from attribution.core.rules.anchored import spread, weigh_anchor
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """Of A B, with lead and opportunity just after A, A is three anchors and gets 0.9; B gets 0.1."""
    anchors = [0, anchor_of(journey, journey.lead_at), anchor_of(journey, journey.opportunity_at)]
    return spread(len(journey.touches), anchors, share=30.0, rest=10.0)


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """30 for each anchor the touch is, 10 shared by the others."""
    held = (anchors & FIRST != 0) + (anchors & LEAD != 0) + (anchors & OPPORTUNITY != 0)
    return weigh_anchor(held, others, 30.0, 10.0)


RULE = Rule(
    name="w_shaped",
    title="W-shaped",
    formula="first touch, lead and opportunity 30 % each, the 10 % left spread evenly over the others",
    twin=define,
    weigh=weigh,
    anchors=FIRST | LEAD | OPPORTUNITY,
)
