"""The one door between attribution's tables and its frames."""

from attribution.core.day_paths import DayPaths
from attribution.storage.days import save_day_credits
from attribution.storage.paths import load_day_paths, load_labels, load_open_paths, save_day_paths
from attribution.storage.slices import Slice, count_conversions, load_slice, terms_of

__all__ = [
    "DayPaths",
    "Slice",
    "count_conversions",
    "load_day_paths",
    "load_labels",
    "load_open_paths",
    "load_slice",
    "save_day_credits",
    "save_day_paths",
    "terms_of",
]
