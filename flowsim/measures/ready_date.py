"""Today's national definitions of delay: criteria to reside, and the discharge ready date."""

from __future__ import annotations

import numpy as np

from flowsim.measures.stays import Floats, Stays
from flowsim.measures.window import Window


def discharged_when_ready(stays: Stays, window: Window) -> float:
    """Return the mean number a day of those who leave hospital alive and were medically optimised by then."""
    optimised = ~np.isnan(stays.optimised) & (stays.optimised <= stays.discharged)
    return float(window.events(stays.discharged[optimised]).mean())


def days_after_ready(stays: Stays, window: Window) -> Floats:
    """Return, of each discharge of the window after a night or more, the days from the ready date to that of leaving.

    People who leave alive; whole days between two dates. The discharge ready date is the date of medically optimised.
    Those who never came to a ward (the MAU or AMU kept them overnight) are ready when they leave.
    """
    left = np.floor(stays.discharged)
    spells = np.flatnonzero(window.contains(stays.discharged) & (np.floor(stays.entered) < left))
    ready = np.floor(stays.optimised[spells])
    days: Floats = np.where(np.isnan(ready), 0.0, np.maximum(left[spells] - ready, 0.0))
    return days
