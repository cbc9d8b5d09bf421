"""The columns of a journey log: what each is called, its type, its unit and what it means."""

from __future__ import annotations

from flowsim.model.cohort_columns import Declared

_ALWAYS = "every row"

LOG_COLUMNS = (
    Declared("spell", "int32", "number", "Row of the cohort.", _ALWAYS),
    Declared("activity", "int32", "number", "The activity of the network.", _ALWAYS),
    Declared("requested", "float64", "days", "When it was asked for: the end of the activity before it.", _ALWAYS),
    Declared("started", "float64", "days", "When it started.", "NaN if it never did"),
    Declared("ended", "float64", "days", "When it ended, or when waiting in vain did.", "NaN if it goes on at the end"),
)
