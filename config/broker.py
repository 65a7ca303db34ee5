"""The connection to Valkey: found again within a second or two of its return, however long it was away."""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection

RETRY_S = 1.0


class PromptConnection(Connection):
    """Tries every second; the library waits two seconds more each time, up to thirty."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Connect, and go on trying."""
        return super().ensure_connection(
            *args, **{"interval_start": RETRY_S, "interval_step": 0, "interval_max": RETRY_S, **kwargs}
        )


class PromptBroker(AMQP):
    """Celery's own, over such connections."""

    Connection = PromptConnection
