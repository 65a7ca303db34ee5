"""What was found, in sentences that say what to do: one function for each thing that is looked at."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.catalogue.health_report import BAD, GOOD, WARN, Hygiene, Point, ReasonRow, SpendGap
from reports.core.ratios import share
from reports.core.words import count, percent
from reports.report import Finding
from tracking.core.values import NO_CURRENCY
from tracking.storage import IngestionState

SILENT_AFTER, LATE_AFTER_S = timedelta(hours=24), 60
# From which share on something is worth a person's time.
MOST_REPEATS, MOST_BARE, MOST_UNASSIGNED, MOST_DIRECT = map(Decimal, ("0.05", "0.02", "0.05", "0.6"))


def on_silence(last_at: datetime | None, now: datetime) -> Point:
    """Whether events still come in."""
    title = _("Events coming in")
    if last_at is None:
        return Point(
            "silent",
            WARN,
            title,
            _("Nothing has arrived yet."),
            _("Put the snippet on your pages, or send events from your server."),
            "install",
            link=_("Install it"),
        )
    if now - last_at <= SILENT_AFTER:
        return Point(
            "silent",
            GOOD,
            title,
            _("The last one arrived within a day."),
            page="live-events",
            link=_("See what arrives"),
        )
    days = (now - last_at).days
    found = ngettext("Silent for %(n)d day.", "Silent for %(n)d days.", days) % {"n": days}
    to_do = _("See whether the snippet is still on the pages and the write key has not been revoked.")
    return Point("silent", BAD, title, found, to_do, "install", link=_("Check the installation"))


def on_waiting(arrived: IngestionState) -> Point:
    """Whether what was accepted is worked off."""
    title = _("Waiting events")
    if not arrived.pending:
        return Point("waiting", GOOD, title, _("Nothing waits."), page="live-events", link=_("See what arrives"))
    late = arrived.lag_seconds > LATE_AFTER_S
    values = {"n": write(arrived.pending), "late": write(round(arrived.lag_seconds))}
    found = ngettext(
        "%(n)s event waits, for %(late)s seconds.",
        "%(n)s events wait, the oldest for %(late)s seconds.",
        arrived.pending,
    )
    to_do = _("Nothing is lost. If it goes on for minutes, ask whoever runs the server to start more workers.")
    return Point(
        "waiting", WARN if late else GOOD, title, found % values, to_do, "live-events", "fate=waiting", _("See them")
    )


def on_refused(refused: Sequence[ReasonRow]) -> Point:
    """Whether everything sent could be taken in."""
    title, total = _("Refused events"), sum(row.total for row in refused)
    if not total:
        return Point("refused", GOOD, title, _("Nothing was refused in 30 days."))
    worst = refused[0]
    found = ngettext(
        "%(n)s event was refused in 30 days, most often for: %(reason)s.",
        "%(n)s events were refused in 30 days, most often for: %(reason)s.",
        total,
    ) % {"n": write(total), "reason": worst.named}
    return Point("refused", BAD, title, found, worst.mend, "live-events", "fate=refused", _("See what was refused"))


def on_duplicates(reasons: Sequence[ReasonRow], accepted: int) -> Point:
    """Whether senders repeat themselves."""
    title = _("Repeated events")
    repeats = next((row.total for row in reasons if row.reason == "duplicate"), 0)
    part = share(Decimal(repeats), Decimal(accepted + repeats)) or Decimal(0)
    if not repeats:
        return Point("duplicates", GOOD, title, _("No repeats in 30 days."))
    found = ngettext(
        "%(n)s event came again in 30 days (%(part)s); it counts once.",
        "%(n)s events came again in 30 days (%(part)s); each counts once.",
        repeats,
    ) % {"n": write(repeats), "part": percent(part, language())}
    if part <= MOST_REPEATS:
        return Point("duplicates", GOOD, title, found, "", "live-events", "fate=duplicate", _("See them"))
    to_do = _("A client that repeats so much may not read our answers, or runs twice on a page.")
    return Point("duplicates", WARN, title, found, to_do, "live-events", "fate=duplicate", _("See them"))


def on_hygiene(hygiene: Sequence[Hygiene], visits: int) -> list[Point]:
    """Whether visits tell where they come from."""
    if not visits:
        return []
    by_code = {kind.code: kind for kind in hygiene}
    return [_on_bare(by_code["bare"]), _on_unassigned(by_code["unassigned"]), _on_direct(by_code["direct"])]


def _on_bare(kind: Hygiene) -> Point:
    title = _("Tags of paid clicks")
    if not kind.visits:
        return Point("bare", GOOD, title, _("Every visit with a click id names its campaign."))
    found = ngettext(
        "%(n)s visit with a click id names no campaign (%(part)s): %(examples)s.",
        "%(n)s visits with a click id name no campaign (%(part)s of all): %(examples)s.",
        kind.visits,
    ) % _values(kind)
    to_do = _("Add utm_campaign to the landing addresses in the ad platform, so that campaigns can be told apart.")
    return Point("bare", _level(kind, MOST_BARE), title, found, to_do, "journeys", "", _("See who came"))


def _on_unassigned(kind: Hygiene) -> Point:
    title = _("Unassigned visits")
    if not kind.visits:
        return Point("unassigned", GOOD, title, _("Every visit falls into a channel."))
    found = ngettext(
        "%(n)s visit fits no channel (%(part)s): %(examples)s.",
        "%(n)s visits fit no channel (%(part)s): %(examples)s.",
        kind.visits,
    ) % _values(kind)
    to_do = _("Mend the tags where they are set, or write a channel rule for them.")
    level = _level(kind, MOST_UNASSIGNED)
    return Point("unassigned", level, title, found, to_do, "channel-rules", "", _("Write a channel rule"))


def _on_direct(kind: Hygiene) -> Point:
    title = _("Direct visits")
    found = ngettext("%(n)s visit is Direct (%(part)s).", "%(n)s visits are Direct (%(part)s).", kind.visits) % _values(
        kind
    )
    to_do = _("Tag the links in newsletters, apps and PDFs: without tags they arrive without any origin.")
    level = _level(kind, MOST_DIRECT)
    if level == GOOD:
        to_do = ""
    return Point("direct", level, title, found, to_do, "journeys", "channel=Direct", _("See who came"))


def on_conversions(doubtful: Sequence[tuple[str, str, bool, int]], currency: str) -> list[Point]:
    """Whether conversions have a value and a person."""
    no_rate: Counter[str] = Counter()
    shared = bare = 0
    for note, sent, without, number in doubtful:
        notes = note.split(",")
        if "no_rate" in notes:
            no_rate[sent] += number
        shared += number if "shared_device" in notes else 0
        bare += number if without and "no_rate" not in notes and "too_large" not in notes else 0
    return [_on_rates(no_rate, currency), _on_values(bare), _on_shared(shared)]


def _on_rates(no_rate: Counter[str], currency: str) -> Point:
    title = _("Currencies")
    if not no_rate:
        return Point("currencies", GOOD, title, _("Every amount of 30 days has an exchange rate."))
    found = ngettext(
        "%(n)s conversion has no value: no rate to %(to)s is known for %(codes)s.",
        "%(n)s conversions have no value: no rate to %(to)s is known for %(codes)s.",
        no_rate.total(),
    ) % {
        "n": write(no_rate.total()),
        "to": currency,
        "codes": ", ".join(name_currency(code) for code, _n in no_rate.most_common(5)),
    }
    to_do = _("Send the amount in a currency with a reference rate, as a code of three letters such as EUR.")
    return Point("currencies", BAD, title, found, to_do, "live-events", "fate=conversion", _("See the conversions"))


def name_currency(code: str) -> str:
    """A code as it was sent; XXX stands for what is no currency at all."""
    return _("what is no currency") if code == NO_CURRENCY else code


def _on_values(bare: int) -> Point:
    title = _("Values of conversions")
    if not bare:
        return Point("values", GOOD, title, _("Every conversion that should have a value has one."))
    found = ngettext(
        "%(n)s conversion of 30 days carries no amount.", "%(n)s conversions of 30 days carry no amount.", bare
    ) % {"n": write(bare)}
    to_do = _("Send “revenue” or “value” with the event, or give the goal a fixed value.")
    return Point("values", WARN, title, found, to_do, "goals", "", _("Change the goal"))


def _on_shared(shared: int) -> Point:
    title = _("Shared devices")
    if not shared:
        return Point("shared", GOOD, title, _("No conversion of 30 days lost its touches to a shared device."))
    found = ngettext(
        "%(n)s conversion is unattributed because its device belongs to somebody else.",
        "%(n)s conversions are unattributed because their devices belong to somebody else.",
        shared,
    ) % {"n": write(shared)}
    to_do = _("Call reset() at log-out, so that the next person at the same device gets an id of their own.")
    return Point("shared", WARN, title, found, to_do, "journeys", "converted=yes", _("See who converted"))


def on_gaps(gaps: Sequence[SpendGap]) -> Point:
    """Whether spend is whole."""
    title = _("Gaps in spend")
    if not gaps:
        return Point("spend", GOOD, title, _("No day is missing between days with spend."))
    longest = gaps[0]
    days = sum(gap.days for gap in gaps)
    found = ngettext(
        "%(n)s day lies without spend between days with it; the longest gap: %(name)s.",
        "%(n)s days lie without spend between days with it; the longest gap: %(name)s.",
        days,
    ) % {"n": write(days), "name": longest.spent_on}
    to_do = _("Returns on those days are too high. Upload the missing days, or leave it if nothing ran.")
    return Point("spend", WARN, title, found, to_do, "spend", "", _("Upload spend"))


def on_filling(arrived: IngestionState, refills: Sequence[tuple[str, int]]) -> Point:
    """Whether the stored figures are up to date."""
    title = _("Days being filled")
    if not arrived.days_to_fill and not refills:
        return Point("filling", GOOD, title, _("No day waits to be filled again."))
    found = ngettext("%(n)s day is being filled again.", "%(n)s days are being filled again.", arrived.days_to_fill) % {
        "n": write(arrived.days_to_fill)
    }
    to_do = _("Its figures may still move; the newest days come first. Nothing to do.")
    return Point("filling", GOOD, title, found, to_do, "overview", "", _("See the figures"))


def find_health(points: Sequence[Point], last_at: datetime | None) -> Finding:
    """How many things need care, and the first of them."""
    care = [point for point in points if point.level != GOOD]
    if last_at is None:
        deck = _("Once events arrive, this page says what is wrong with them, and what to do about it.")
        return Finding("", _("Nothing has arrived yet"), ".", deck)
    if not care:
        deck = ngettext("%(n)d thing was looked at.", "%(n)d things were looked at.", len(points)) % {"n": len(points)}
        return Finding("", _("Nothing needs care"), ".", deck)
    stress = ngettext("%(n)d thing needs care", "%(n)d things need care", len(care)) % {"n": len(care)}
    return Finding("", stress, ".", f"{care[0].found} {care[0].to_do}".strip())


def _level(kind: Hygiene, most: Decimal) -> str:
    return WARN if (kind.share or Decimal(0)) > most else GOOD


def _values(kind: Hygiene) -> dict[str, str]:
    return {
        "n": write(kind.visits),
        "part": percent(kind.share or Decimal(0), language()),
        "examples": ", ".join(kind.examples),
    }


def write(number: int) -> str:
    """1,820 in the reader's way."""
    return count(number, language())


def language() -> str:
    return get_language() or "en"
