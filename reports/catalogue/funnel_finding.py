"""The sentence above a funnel or a pipeline: which step loses most people, and whether that got better or worse."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from funnels.core.timing import find_bottleneck
from reports.catalogue.finding import language
from reports.catalogue.spans import span
from reports.core.words import count, percent
from reports.report import Finding

# What stands between the two bars is highlighted.
PATTERNS = {
    "down": gettext_noop("|{step} is the bottleneck: {share} get there from {last}|, down from {before}."),
    "up": gettext_noop("|{step} is the bottleneck: {share} get there from {last}|, up from {before}."),
    "same": gettext_noop("|{step} is the bottleneck: {share} get there from {last}|, as before."),
    "alone": gettext_noop("|{step} is the bottleneck: {share} get there from {last}|."),
    # While people still have time, a smaller share than before is no fall yet.
    "down_so_far": gettext_noop("|{step} is the bottleneck: so far {share} get there from {last}|, after {before}."),
    "up_so_far": gettext_noop("|{step} is the bottleneck: so far {share} get there from {last}|, up from {before}."),
    "same_so_far": gettext_noop("|{step} is the bottleneck: so far {share} get there from {last}|, as before."),
    "alone_so_far": gettext_noop("|{step} is the bottleneck: so far {share} get there from {last}|."),
}


@dataclass(frozen=True, slots=True)
class StepSaid:
    """One step: its name, who came so far, the median time from the step before, and who may still go on."""

    name: str
    count: int
    median_seconds: float | None
    still_open: int | None


def find_bottleneck_sentence(steps: Sequence[StepSaid], before: Sequence[StepSaid] | None = None) -> Finding:
    """The finding of a period, against the one before where that had anybody at the same step."""
    if not steps:
        return Finding("", _("There is no step yet."), "", _("Name the steps that people take, in their order."))
    if not steps[0].count:
        first = _("Nobody came to {step} in these days.").format(step=steps[0].name)
        return Finding("", first, "", _("A longer period may hold some."))
    place = find_bottleneck([step.count for step in steps])
    if len(steps) < 2 or place is None or steps[place - 1].count == steps[place - 2].count:
        return Finding("", _say_all(steps), "", _say_evidence(steps))
    share = steps[place - 1].count / steps[place - 2].count
    then = _share_before(before, place)
    direction = "alone" if then is None else _compare(share, then)
    direction += "_so_far" if steps[place - 2].still_open else ""
    lead, stress, after = (
        part.format(
            step=steps[place - 1].name,
            last=steps[place - 2].name,
            share=percent(share, language()),
            before=percent(then or 0, language()),
        )
        for part in _(PATTERNS[direction]).split("|", 2)
    )
    return Finding(lead, stress, after, f"{_say_evidence(steps)} {_say_time(steps[place - 1])}".strip())


def _share_before(before: Sequence[StepSaid] | None, place: int) -> float | None:
    if not before or len(before) < place or not before[place - 2].count:
        return None
    return before[place - 1].count / before[place - 2].count


def _compare(now: float, then: float) -> str:
    if round(now, 2) == round(then, 2):
        return "same"
    return "up" if now > then else "down"


def _say_all(steps: Sequence[StepSaid]) -> str:
    sentence = ngettext("{count} person came to {step}.", "{count} people came to {step}.", steps[-1].count)
    return sentence.format(count=count(steps[-1].count, language()), step=steps[-1].name)


def _say_evidence(steps: Sequence[StepSaid]) -> str:
    came = ngettext(
        "{count} person began, {reached} came to {step}.",
        "{count} people began, {reached} came to {step}.",
        steps[0].count,
    )
    said = came.format(
        count=count(steps[0].count, language()), reached=count(steps[-1].count, language()), step=steps[-1].name
    )
    still_open = sum(step.still_open or 0 for step in steps)
    if still_open:
        more = ngettext("{count} still has time to go on.", "{count} still have time to go on.", still_open)
        said += " " + more.format(count=count(still_open, language()))
    return said


def _say_time(step: StepSaid) -> str:
    if step.median_seconds is None:
        return ""
    sentence = _("Those who get to {step} take {time} from the step before (median).")
    return sentence.format(step=step.name, time=span(step.median_seconds))
