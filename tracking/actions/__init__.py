"""What tracking writes: one verb per function, each owning its transaction."""

from tracking.actions.derive import derive_waiting
from tracking.actions.erase import erase_person
from tracking.actions.goal_changes import archive_goal, change_goal, restore_goal
from tracking.actions.goals import create_default_goals, create_goal, set_pipeline
from tracking.actions.refills import finish_refills, hold_settings, refill_progress
from tracking.actions.settings import change_settings

__all__ = [
    "archive_goal",
    "change_goal",
    "change_settings",
    "create_default_goals",
    "create_goal",
    "derive_waiting",
    "erase_person",
    "finish_refills",
    "hold_settings",
    "refill_progress",
    "restore_goal",
    "set_pipeline",
]
