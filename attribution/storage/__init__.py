"""The one door between attribution's tables and its frames."""

from attribution.core.day_paths import DayPaths
from attribution.storage.days import save_day_credits
from attribution.storage.open_days import (
    find_workspaces_with_open_days,
    forget_open_days,
    list_days_to_sum,
    load_open_paths,
    sum_open_days,
)
from attribution.storage.paths import load_day_paths, load_labels, save_day_paths
from attribution.storage.slices import Slice, count_conversions, load_slice, terms_of

__all__ = [
    "DayPaths",
    "Slice",
    "count_conversions",
    "find_workspaces_with_open_days",
    "forget_open_days",
    "list_days_to_sum",
    "load_day_paths",
    "load_labels",
    "load_open_paths",
    "load_slice",
    "save_day_credits",
    "save_day_paths",
    "sum_open_days",
    "terms_of",
]
