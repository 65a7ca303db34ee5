"""What the laws need of the audit log: every refusal written down, however many there are in a minute."""

import pytest


@pytest.fixture(autouse=True)
def _no_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts import audit

    monkeypatch.setattr(audit, "MOST_OF_NOBODY", 1_000_000)
