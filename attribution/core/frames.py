"""Columns of the frames that travel through attribution, declared once."""

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Schema = dict[str, pl.DataType | type[pl.DataType]]

INSTANT = pl.Datetime("us", "UTC")

# One person's rows come in the order of (at, message id); nothing below may disturb it.
TOUCHES: Schema = {
    "person": pl.Int64,  # the person's id, any whole number
    "at": INSTANT,  # when the touch happened
    "mark": pl.Int64,  # the mark's id
}

MARKS: Schema = {
    "mark": pl.Int64,  # the mark's id
    "is_direct": pl.Boolean,  # whether the mark's channel is Direct
}

CONVERSIONS: Schema = {
    "day": pl.Date,  # the day in the workspace's time zone
    "goal": pl.Int64,  # the goal's id
    "person": pl.Int64,  # the person's id
    "at": INSTANT,  # when the goal was reached
    "value": pl.Int64,  # millionths of the workspace's currency; null when no rate was known
}

# At most one row per person; who has none, or a null, never got there.
MILESTONES: Schema = {
    "person": pl.Int64,  # the person's id
    "lead_at": INSTANT,  # first entry of the stage that makes a lead
    "opportunity_at": INSTANT,  # first entry of the stage that makes an opportunity
}

# What DayCredit unpacks to: one row per day, goal, rule and mark.
DAILY: Schema = {
    "day": pl.Date,
    "goal": pl.Int64,
    "rule": pl.String,
    "mark": pl.Int64,
    "credit": pl.Int64,  # billionths of a conversion
    "value": pl.Int64,  # millionths of the workspace's currency
    "touches": pl.Int64,  # touches that earned something
}


def check_columns(frame: pl.DataFrame, schema: Schema, *, name: str) -> None:
    """Raise ValueError naming the frame when its columns are not the declared ones, in any order."""
    if dict(frame.schema) != dict(schema):
        raise ValueError(f"{name} must have the columns {dict(schema)}, got {dict(frame.schema)}")
