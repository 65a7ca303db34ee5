"""The one door between tracking's tables and everybody else's frames and reports."""

from tracking.storage.ingestion import IngestionState, ingestion_state
from tracking.storage.journey import find_person, load_journey

__all__ = ["IngestionState", "find_person", "ingestion_state", "load_journey"]
