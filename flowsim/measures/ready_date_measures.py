"""The rows of the catalogue by today's national definitions: criteria to reside, and the discharge ready date."""

from __future__ import annotations

import numpy as np

from flowsim.measures.measure import LESS, MORE, NEITHER, NOT_NEGATIVE, SHARE, Measure
from flowsim.measures.ready_date import discharged_when_ready
from flowsim.measures.window import mean

_DISCHARGES = (
    "Of people who left hospital alive in the days that count, after a night or more: whole days from the date of "
    "medically optimised (the discharge ready date) to the date of leaving"
)
_NOBODY = "nobody left hospital alive after a night or more in the days that count"
_BANDS = ((0, 0), (1, 1), (2, 3), (4, 6), (7, 13), (14, 20), (21, None))


def _band(low: int, high: int | None) -> Measure:
    name = f"{low}_or_more" if high is None else f"{low}" if low == high else f"{low}_{high}"
    days = "on the day" if high == 0 else f"{name.replace('_or_more', ' or more').replace('_', ' to ')} days after it"
    days = days.replace("1 days after", "1 day after") if low == high == 1 else days
    return Measure(
        f"discharge_ready_delay_{name}_share",
        "share",
        better=MORE if high == 0 else LESS if high is None else NEITHER,
        label=f"Discharge ready date: left {days}",
        definition=f"{_DISCHARGES}; the share of {name.replace('_', ' ' if high is None else ' to ')}.",
        bounds=SHARE,
        empty_if=_NOBODY,
        count=lambda f: mean((f.days_after_ready >= low) & (f.days_after_ready <= (np.inf if high is None else high))),
    )


READY_DATE_MEASURES = (
    Measure(
        "nctr_patients_mean",
        "patients",
        better=LESS,
        label="People who no longer meet the criteria to reside, average day",
        definition="People who are medically optimised: those still in an acute bed at the midnight that closes the "
        "day and those who left hospital alive on it, mean over the days (NHS England, acute discharge situation "
        "report).",
        bounds=NOT_NEGATIVE,
        count=lambda f: mean(f.left_behind) + discharged_when_ready(f.stays, f.window),
    ),
    Measure(
        "discharge_ready_delay_days_mean",
        "days",
        better=LESS,
        label="Discharge ready date: delay, with those without delay",
        definition=f"{_DISCHARGES}; the mean.",
        bounds=NOT_NEGATIVE,
        empty_if=_NOBODY,
        count=lambda f: mean(f.days_after_ready),
    ),
    Measure(
        "discharge_ready_delay_days_of_delayed_mean",
        "days",
        better=LESS,
        label="Discharge ready date: delay of those who were delayed",
        definition=f"{_DISCHARGES}; the mean of those with a day or more.",
        bounds=NOT_NEGATIVE,
        empty_if="nobody left hospital alive a day or more after the discharge ready date in the days that count",
        count=lambda f: mean(f.days_after_ready[f.days_after_ready > 0]),
    ),
    *(_band(low, high) for low, high in _BANDS),
)
