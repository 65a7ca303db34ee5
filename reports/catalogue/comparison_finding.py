"""The sentence above all models side by side, built from a few patterns; it says only what every model agrees on."""

from collections.abc import Sequence
from decimal import Decimal

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.catalogue.finding import language
from reports.catalogue.still_filling import say_expected
from reports.core.verdicts import Verdict
from reports.core.words import count, money
from reports.credit_reports import ComparedRow, ComparisonReport
from reports.report import Finding

MOST_NAMED = 3
# English lists without a comma before the last, as the rest of the product writes.
LIST_LOCALES = {"en": "en_GB"}


def find_compared(report: ComparisonReport) -> Finding:
    """Who pays for itself whatever is believed; where nothing was spent, who leads."""
    if not report.rows:
        return Finding("", _("No conversion is credited"), _(" to a channel."), _say_total(report))
    judged = {
        verdict: [row for row in report.rows if row.verdict == verdict and row.group is not None] for verdict in Verdict
    }
    wins, loses, depends = judged[Verdict.WINS], judged[Verdict.LOSES], judged[Verdict.DEPENDS]
    models = len(report.models)
    if wins:
        return Finding("", _say_wins(wins, models), _say_losers(loses), _say_deck(report, depends))
    if loses:
        stress = ngettext(
            "{names} does not pay for itself under any of the {models} models.",
            "{names} do not pay for themselves under any of the {models} models.",
            len(loses),
        ).format(names=join(loses), models=models)
        return Finding("", stress, "", _say_deck(report, depends))
    if depends:
        stress = ngettext(
            "Whether {names} pays for itself depends on the model.",
            "Whether {names} pay for themselves depends on the model.",
            len(depends),
        ).format(names=join(depends))
        return Finding("", stress, "", _say_deck(report, depends))
    early = [row for row in report.rows if row.verdict == Verdict.TOO_EARLY and row.group is not None]
    if early:
        stress = ngettext(
            "Whether {names} pays for itself is too early to say.",
            "Whether {names} pay for themselves is too early to say.",
            len(early),
        ).format(names=join(early))
        return Finding("", stress, "", _say_deck(report, []))
    return _find_leader(report)


def join(rows: Sequence[ComparedRow]) -> str:
    """A, B and C; from the fourth on their number."""
    names = [row.group or "" for row in rows[:MOST_NAMED]]
    rest = len(rows) - len(names)
    if rest:
        names.append(ngettext("{n} more", "{n} more", rest).format(n=rest))
    return str(format_list(names, locale=LIST_LOCALES.get(language(), language().replace("-", "_"))))


def _say_wins(wins: Sequence[ComparedRow], models: int) -> str:
    return ngettext(
        "{names} pays for itself under all {models} models.",
        "{names} pay for themselves under all {models} models.",
        len(wins),
    ).format(names=join(wins), models=models)


def _say_losers(loses: Sequence[ComparedRow]) -> str:
    if not loses:
        return ""
    return " " + ngettext("{names} never does.", "{names} never do.", len(loses)).format(names=join(loses))


def _find_leader(report: ComparisonReport) -> Finding:
    """Nothing was spent that could be judged: who leads, and whether the models agree."""
    named = [row for row in report.rows if row.group is not None]
    if not named:
        return Finding("", _("No channel stands out"), " " + _("in this period."), _say_total(report))
    leaders = {
        model.name: max(named, key=lambda row: row.measured(model.name, report.measure)) for model in report.models
    }
    models = len(report.models)
    before = _("So far,") + " " if report.still_filling.filling else ""
    if len({row.group for row in leaders.values()}) == 1:
        stress = _("{first} leads under all {models} models.").format(first=named[0].group, models=models)
        return Finding(before, stress, "", _say_deck(report, []))
    if len(named) > 1 and named[0].too_close_to_next:
        stress = _("{first} and {second} lead,").format(first=named[0].group, second=named[1].group)
        return Finding(before, stress, " " + _("too close to call."), _say_deck(report, []))
    first, other = report.model, next(name for name, row in leaders.items() if row.group != leaders[report.model].group)
    titles = {model.name: model.title for model in report.models}
    after = _("{first} under {model}, {other} under {other_model}.").format(
        first=leaders[first].group, model=titles[first], other=leaders[other].group, other_model=titles[other]
    )
    stress = _("who leads depends on the model:") if before else _("Who leads depends on the model:")
    return Finding(before, stress, " " + after, _say_deck(report, []))


def _say_deck(report: ComparisonReport, depends: Sequence[ComparedRow]) -> str:
    evidence = _say_largest(report, depends) if depends else _say_total(report)
    expected = say_expected(report.still_filling, report.currency, by_revenue=report.measure == "revenue")
    return " ".join(sentence for sentence in (evidence, expected) if sentence)


def _say_largest(report: ComparisonReport, depends: Sequence[ComparedRow]) -> str:
    row = max(depends, key=lambda row: row.cost or Decimal(0))
    titles = {model.name: model.title for model in report.models}
    sentence = _(
        "{name} depends on the model: {most} gives it {high}, {least} {low}, and it cost {cost}."
        " A holdout test would settle it."
    )
    return sentence.format(
        name=row.group,
        most=titles[row.high_model],
        least=titles[row.low_model],
        high=_write(row.high, report),
        low=_write(row.low, report),
        cost=money(row.cost or Decimal(0), report.currency, language()),
    )


def _say_total(report: ComparisonReport) -> str:
    whole = getattr(report.total, report.measure)
    rest = getattr(report.unattributed, report.measure)
    sentence = _("Each of the {models} models hands out the same {credited}; {rest} has no touch.")
    return sentence.format(models=len(report.models), credited=_write(whole - rest, report), rest=_write(rest, report))


def _write(amount: Decimal, report: ComparisonReport) -> str:
    if report.measure == "revenue":
        return money(amount, report.currency, language())
    shown = count(amount.quantize(Decimal("0.1")), language())
    return ngettext("{n} conversion", "{n} conversions", int(amount)).format(n=shown)
