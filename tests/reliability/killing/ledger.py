"""The client's own book: what it was about to send, and what it was told. On disk before anything else happens."""

import os
from collections import defaultdict
from pathlib import Path

SENT, ACCEPTED, REFUSED, UNKNOWN = "sent", "accepted", "refused", "unknown"


class Ledger:
    """Lines of `slot word`, each on disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, slot: int, word: str) -> None:
        os.write(self._file, f"{slot} {word}\n".encode())
        os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)


def read_ledgers(folder: Path) -> dict[int, list[str]]:
    """Everything noted about each slot, in order."""
    noted: dict[int, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("*.ledger")):
        for line in path.read_text(encoding="ascii").splitlines():
            slot, word = line.split()
            noted[int(slot)].append(word)
    return dict(noted)


def fate_of(words: list[str]) -> str:
    """What must be true of a slot: accepted once is accepted for ever; refused is refused; else nobody knows."""
    for word in (ACCEPTED, REFUSED):
        if word in words:
            return word
    return UNKNOWN
