"""What became of editions and letters, for pages, API and the agency's home; in the workspace's scope."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Workspace
from reports.models import Delivery, Edition, Recipient, Schedule

EDITIONS_SHOWN = 26


@dataclass(frozen=True, slots=True)
class EditionState:
    """An edition and how many of its letters are in each state."""

    edition: Edition
    letters: Counter[str]

    @property
    def all_letters(self) -> int:
        return sum(self.letters.values())

    @property
    def state(self) -> str:
        """held_back, failed (or unknown), due, sent, or "nobody" where there was no one to send it to."""
        if self.edition.figures is None:
            return Delivery.HELD_BACK
        for state in (Delivery.FAILED, Delivery.UNKNOWN):
            if self.letters[state]:
                return state
        if self.letters[Delivery.DUE] or self.letters[Delivery.SENDING]:
            return Delivery.DUE
        return Delivery.SENT if self.letters[Delivery.SENT] else "nobody"


@dataclass(frozen=True, slots=True)
class MailState:
    """Where a workspace's Monday mail stands; `state` is "off" without a schedule that is on."""

    state: str
    next_due_at: datetime | None
    recipients: int
    last: EditionState | None

    @property
    def reason(self) -> str:
        """Why the last edition is held back; empty when it is not."""
        return self.last.edition.reason if self.last and self.last.state == Delivery.HELD_BACK else ""


def list_editions(workspace: Workspace, *, most: int = EDITIONS_SHOWN) -> list[EditionState]:
    """The newest editions, newest first."""
    editions = list(Edition.objects.of(workspace).order_by("-start", "-id")[:most])
    return _with_letters(workspace, editions)


def list_letters(workspace: Workspace, *, before: int | None = None, most: int) -> list[Delivery]:
    """The newest letters, newest first; those before a letter's id, where one is given."""
    rows = Delivery.objects.of(workspace).order_by("-id")
    return list((rows if before is None else rows.filter(pk__lt=before))[:most])


def find_mail_state(workspace: Workspace) -> MailState:
    """The schedule, its recipients and the last edition in a word."""
    schedule = Schedule.objects.of(workspace).first()
    confirmed = Recipient.objects.of(workspace).filter(
        removed_at=None, unsubscribed_at=None, confirmed_at__isnull=False
    )
    editions = list_editions(workspace, most=1)
    last = editions[0] if editions else None
    is_on = schedule is not None and schedule.is_on
    return MailState(
        state=(last.state if last else Delivery.DUE) if is_on else "off",
        next_due_at=schedule.next_due_at if schedule else None,
        recipients=confirmed.count(),
        last=last,
    )


def find_edition(workspace: Workspace, edition_id: int) -> Edition | None:
    """An edition whose figures are frozen."""
    return Edition.objects.of(workspace).filter(pk=edition_id, figures__isnull=False).first()


def _with_letters(workspace: Workspace, editions: list[Edition]) -> list[EditionState]:
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    letters = Delivery.objects.of(workspace).filter(edition_id__in=[edition.pk for edition in editions])
    for edition_id, state in letters.values_list("edition_id", "state"):
        counts[edition_id][state] += 1
    return [EditionState(edition, counts[edition.pk]) for edition in editions]
