"""Full path (Z): 22.5 % each to first touch, lead, opportunity and close, 10 % spread over the others."""

from numba import njit

from attribution.core.journeys import FIRST, LAST, LEAD, OPPORTUNITY, Journey, anchor_of
from attribution.core.rules.anchored import spread, weigh_anchor
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """Of A B C D E, with a lead just after B and an opportunity just after D, only C is no anchor: it gets 0.1.

    The close is the last touch of the path. All is taken twice, for whole numbers.
    """
    milestones = [anchor_of(journey, at) for at in (journey.lead_at, journey.opportunity_at)]
    anchors = [0, *milestones, len(journey.touches) - 1]
    return spread(len(journey.touches), anchors, share=45.0, rest=20.0)


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """45 for each anchor the touch is, 20 shared by the others."""
    held = (anchors & FIRST != 0) + (anchors & LEAD != 0) + (anchors & OPPORTUNITY != 0) + (anchors & LAST != 0)
    return weigh_anchor(held, others, 45.0, 20.0)


RULE = Rule(
    name="full_path",
    title="Full path",
    formula="first touch, lead, opportunity and last touch 22.5 % each, the 10 % left spread evenly over the others",
    twin=define,
    weigh=weigh,
    anchors=FIRST | LEAD | OPPORTUNITY | LAST,
)
