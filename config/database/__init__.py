"""PostgreSQL as Django knows it, but never waited for without end.

A server that hangs, and does not die, says nothing at all: neither its own time limits nor the network's end that.
"""

from config.database.patience import be_patient, patience

__all__ = ["be_patient", "patience"]
