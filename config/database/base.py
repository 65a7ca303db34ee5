"""Django's backend for PostgreSQL, over connections that give up when nothing comes for too long."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from config.database.patience import seconds_to_connect, seconds_to_wait


class ImpatientConnection(psycopg.Connection[Any]):
    """A connection that is thrown away, with an OperationalError, when an answer takes longer than our patience."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what `gen` asks of the server."""
        try:
            return super().wait(gen, interval, seconds_to_wait() if timeout is None else timeout)
        except psycopg.OperationalError as error:
            # Nobody knows what the server will still say, so nobody may ask on this connection again.
            if error.sqlstate is None and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL by `ImpatientConnection`."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> ImpatientConnection:
        """A new connection, or an OperationalError within seconds."""
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        return ImpatientConnection.connect(**{"connect_timeout": seconds_to_connect(), **conn_params})
