"""The sentence above a journey, the evidence under it, and what a reader should doubt."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from reports.catalogue.journey_report import JourneyReport, JourneyTouch, Share
from reports.core.words import count, exact_money, percent
from reports.report import Finding

ONE = Decimal(1)
DOUBTS = {
    "shared_device": lambda: _("No touch is credited because the device belongs to somebody else."),
    "no_rate": lambda: _("The conversion has no value: no exchange rate is known for its day."),
    "too_large": lambda: _("The conversion has no value: its amount is too large to be an order."),
}


def find_visitor(touches: int, stages: int) -> Finding:
    """About somebody who has reached no goal so far."""
    if not touches:
        return Finding(_("No touch is known of this person."), "", "", "")
    before = ngettext("%(n)s touch so far, ", "%(n)s touches so far, ", touches) % {"n": in_words(touches)}
    deck = _("Credit is shared once a goal is reached; until then every touch waits.")
    return Finding(before, _("and no conversion"), ".", deck)


def find_journey(report: JourneyReport) -> Finding:
    """How many touches over how long led to the conversion, and what the chosen model makes of it."""
    counting = [touch for touch in report.touches if touch.counts]
    if not counting:
        before = _("No touch inside the %(days)s-day look-back led to this conversion. ") % {
            "days": f"{report.lookback_days:g}"
        }
        return Finding(before, _("It is unattributed"), ".", _describe_left_out(report))
    conversion = report.conversion
    assert conversion is not None  # noqa: S101 - there are shares only where there is one
    length = _write_length(conversion.at - counting[0].at)
    before = ngettext(
        "%(n)s touch, %(length)s before, led to this conversion. ",
        "%(n)s touches over %(length)s led to this conversion. ",
        report.counted,
    ) % {"n": in_words(report.counted), "length": length}
    return Finding(before, _say_model(report, counting), ".", _describe_left_out(report))


def _say_model(report: JourneyReport, counting: Sequence[JourneyTouch]) -> str:
    model = next((model for model in report.models if model.name == report.model), report.models[0])
    if model.solved:
        return _("%(model)s cannot be told for a single one") % {"model": model.title}
    earners = [touch for touch in counting if touch.shares[model.name].credit > 0]
    best = max(earners, key=lambda touch: touch.shares[model.name].credit)
    values = {"model": model.title, "channel": best.channel or "", "earns": _write(report, best.shares[model.name])}
    if len(earners) == 1 and not best.folded:
        return _("Under %(model)s, %(channel)s earns all of it") % values
    if len({round(touch.shares[model.name].credit, 6) for touch in earners}) == 1 and not any(
        touch.folded for touch in earners
    ):
        if len(earners) == report.counted:
            return _("Under %(model)s each earns %(earns)s") % values
        values["n"] = count(len(earners), language())
        return _("Under %(model)s %(n)s of them earn %(earns)s each") % values
    if best.folded:
        return _("Under %(model)s nobody stands out") % values
    return _("Under %(model)s, %(channel)s earns most: %(earns)s") % values


def _describe_left_out(report: JourneyReport) -> str:
    if not report.touches:
        return _("We know of no arrival of this person.")
    left_out = [touch for touch in report.touches if not touch.counts]
    if not left_out:
        return _("Every arrival we know of counts.")
    conversion = report.conversion
    kinds = Counter(
        "returned" if touch.turned_back else "after" if conversion and touch.at > conversion.at else "old"
        for touch in left_out
    )
    said = [
        ngettext("%(n)s arrival does not count", "%(n)s arrivals do not count", len(left_out))
        % {"n": in_words(len(left_out))}
    ]
    if kinds["old"]:
        said.append(
            ngettext("%(n)d is older than the look-back", "%(n)d are older than the look-back", kinds["old"])
            % {"n": kinds["old"]}
        )
    if kinds["returned"]:
        said.append(
            ngettext("%(n)d only came back inside a visit", "%(n)d only came back inside a visit", kinds["returned"])
            % {"n": kinds["returned"]}
        )
    if kinds["after"]:
        said.append(
            ngettext("%(n)d came after the conversion", "%(n)d came after the conversion", kinds["after"])
            % {"n": kinds["after"]}
        )
    return f"{said[0]}: {', '.join(said[1:])}."


def describe_doubts(report: JourneyReport) -> list[str]:
    """What a reader should know about the value and the person."""
    conversion = report.conversion
    if conversion is None:
        return []
    notes = [DOUBTS[code]() for code in conversion.note.split(",") if code in DOUBTS]
    if conversion.refunded:
        values = {
            "refunded": exact_money(conversion.refunded, conversion.currency, language()),
            "amount": exact_money(conversion.amount or Decimal(0), conversion.currency, language()),
        }
        notes.append(_("%(refunded)s of %(amount)s was given back; what is left is shared.") % values)
    if conversion.value is not None and conversion.currency != report.currency and conversion.amount is not None:
        paid = exact_money(conversion.amount - conversion.refunded, conversion.currency, language())
        notes.append(_("Paid as %(paid)s, at the reference rate of the day.") % {"paid": paid})
    return notes


def _write(report: JourneyReport, share: Share) -> str:
    if share.value is None:
        return percent(share.credit, language())
    return exact_money(share.value, report.currency, language())


def _write_length(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    if hours >= 48:
        return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
    if hours >= 1:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    minutes = max(1, int(length.total_seconds() // 60))
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def in_words(number: int) -> str:
    """Five, but 14: small numbers at the start of a sentence are words."""
    words = {
        1: pgettext("number that begins a sentence", "One"),
        2: pgettext("number that begins a sentence", "Two"),
        3: pgettext("number that begins a sentence", "Three"),
        4: pgettext("number that begins a sentence", "Four"),
        5: pgettext("number that begins a sentence", "Five"),
        6: pgettext("number that begins a sentence", "Six"),
        7: pgettext("number that begins a sentence", "Seven"),
        8: pgettext("number that begins a sentence", "Eight"),
        9: pgettext("number that begins a sentence", "Nine"),
    }
    return words.get(number) or count(number, language())


def language() -> str:
    return get_language() or "en"
