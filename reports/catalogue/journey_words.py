"""What each model does with one conversion, in sentences that a client can check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from babel.numbers import format_percent
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.catalogue.journey_report import Share
from reports.core.words import exact_money, percent

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Told:
    """A touch of the path as sentences name it, `day` as 24 October, and what it earns under the model at hand."""

    channel: str
    day: str
    is_direct: bool
    share: Share


@dataclass(frozen=True, slots=True)
class Case:
    """One conversion under one model: its path, its value (None: it has none), and where the milestones fell."""

    path: Sequence[Told]
    value: Decimal | None
    currency: str
    lookback_days: float
    half_life_days: float
    # Positions in the path of the touches that led to the milestones.
    lead: int | None = None
    opportunity: int | None = None

    @property
    def whole(self) -> str:
        """€80.00, or "the conversion" where it is worth nothing."""
        return _("the conversion") if self.value is None else self.write(self.value)

    def write(self, amount: Decimal) -> str:
        return exact_money(amount, self.currency, get_language() or "en")

    def earns(self, place: int) -> str:
        """€37.20, or 20% where the conversion has no value."""
        share = self.path[place].share
        if share.value is None:
            return percent(share.credit, get_language() or "en")
        return self.write(share.value)

    def part(self, place: int) -> str:
        """The share of the conversion in whole per cent."""
        return percent(self.path[place].share.credit, get_language() or "en")

    def name(self, place: int) -> str:
        touch = self.path[place]
        return _("%(channel)s on %(day)s") % {"channel": touch.channel, "day": touch.day}


def tell(model: str, case: Case) -> str:
    """The sentence of one model; `case.path` holds what each touch earns under it."""
    if not case.path:
        return _("No touch lies inside the look-back, so nobody earns anything.")
    return TELLERS[model](case)


def tell_solved(name: str) -> str:
    """Why a model that weighs all journeys together has nothing to say about one."""
    return _("Markov weighs channels over all journeys together, so it says nothing about a single conversion.")


def _tell_one(case: Case, sentence: str) -> str:
    winner = next(i for i, touch in enumerate(case.path) if touch.share.credit == ONE)
    return sentence % {"whole": case.whole, "touch": case.name(winner)}


def _tell_first(case: Case) -> str:
    return _tell_one(case, _("All of %(whole)s goes to the first touch: %(touch)s."))


def _tell_last(case: Case) -> str:
    return _tell_one(case, _("All of %(whole)s goes to the last touch: %(touch)s."))


def _tell_non_direct(case: Case) -> str:
    if all(touch.is_direct for touch in case.path):
        return _tell_one(case, _("Every touch is Direct, so all of %(whole)s goes to the last one: %(touch)s."))
    return _tell_one(case, _("All of %(whole)s goes to the last touch that is not Direct: %(touch)s."))


def _tell_linear(case: Case) -> str:
    n = len(case.path)
    sentence = ngettext(
        "The only touch inside the %(days)s-day look-back gets all of %(whole)s.",
        "Each of the %(n)d touches inside the %(days)s-day look-back gets 1/%(n)d of %(whole)s: %(each)s.",
        n,
    )
    return sentence % {"n": n, "days": f"{case.lookback_days:g}", "whole": case.whole, "each": case.earns(0)}


def _tell_decay(case: Case) -> str:
    rule = _("A touch counts half for every %(days)s days that it lies before the last one.") % {
        "days": f"{case.half_life_days:g}"
    }
    last = len(case.path) - 1
    said = _("The last touch, %(touch)s, earns %(part)s of %(whole)s: %(earns)s.") % {
        "touch": case.name(last),
        "part": case.part(last),
        "whole": case.whole,
        "earns": case.earns(last),
    }
    return f"{rule} {said}"


def _tell_position(case: Case) -> str:
    n = len(case.path)
    if n == 1:
        return _("The only touch gets all of %(whole)s.") % {"whole": case.whole}
    if n == 2:
        return _("Two touches share %(whole)s half and half.") % {"whole": case.whole}
    sentence = ngettext(
        "The first and the last touch get 40%% of %(whole)s each; the %(n)d touch between gets 20%%: %(each)s.",
        "The first and the last touch get 40%% of %(whole)s each; the %(n)d touches between share 20%%: %(each)s each.",
        n - 2,
    )
    return sentence % {"n": n - 2, "whole": case.whole, "each": case.earns(1)}


def _tell_anchors(case: Case, anchors: Mapping[str, int | None], *, part: Decimal) -> str:
    """The anchors with what they earn, then the others, then what falls away."""
    held = [
        _("%(anchor)s (%(touch)s, %(earns)s)")
        % {"anchor": anchor, "touch": case.name(place), "earns": case.earns(place)}
        for anchor, place in anchors.items()
        if place is not None
    ]
    places = {place for place in anchors.values() if place is not None}
    others = len(case.path) - len(places)
    rest = 1 - part * len(anchors)
    said = [_("%(part)s each for %(held)s.") % {"part": _percent(part), "held": ", ".join(held)}]
    if others:
        sentence = ngettext("The other touch gets %(rest)s.", "The %(n)d other touches share %(rest)s evenly.", others)
        said.append(sentence % {"n": others, "rest": _percent(rest)})
    missing = [anchor for anchor, place in anchors.items() if place is None]
    if missing:
        said.append(_("No touch of this journey led to: %(missing)s.") % {"missing": ", ".join(missing)})
    if missing or not others:
        said.append(_("What falls away is shared in the same proportions."))
    return " ".join(said)


def _percent(part: Decimal) -> str:
    """40%, and 22.5% where it is not whole."""
    return format_percent(part, format="#,##0.#%", locale=Locale.parse(get_language() or "en", sep="-"))


def _tell_u(case: Case) -> str:
    return _tell_anchors(case, {_("first touch"): 0, _("lead"): case.lead}, part=Decimal("0.4"))


def _tell_w(case: Case) -> str:
    anchors = {_("first touch"): 0, _("lead"): case.lead, _("opportunity"): case.opportunity}
    return _tell_anchors(case, anchors, part=Decimal("0.3"))


def _tell_z(case: Case) -> str:
    anchors = {
        _("first touch"): 0,
        _("lead"): case.lead,
        _("opportunity"): case.opportunity,
        _("last touch"): len(case.path) - 1,
    }
    return _tell_anchors(case, anchors, part=Decimal("0.225"))


def _tell_shapley(case: Case) -> str:
    channels = list(dict.fromkeys(touch.channel for touch in case.path))
    n = len(channels)
    sentence = ngettext(
        "%(channels)s is the only channel of the journey and gets all of %(whole)s.",
        "The %(n)d channels of the journey (%(channels)s) share %(whole)s evenly.",
        n,
    ) % {"n": n, "channels": ", ".join(channels), "whole": case.whole}
    if n < len(case.path):
        sentence += " " + _("Touches of one channel share its part.")
    return sentence


TELLERS = {
    "first_touch": _tell_first,
    "last_touch": _tell_last,
    "last_non_direct": _tell_non_direct,
    "linear": _tell_linear,
    "time_decay": _tell_decay,
    "position_based": _tell_position,
    "u_shaped": _tell_u,
    "w_shaped": _tell_w,
    "full_path": _tell_z,
    "shapley": _tell_shapley,
}
