"""The grid of time.

Time is in days from midnight of the start date. Every duration, arrival and opening hour is rounded to a multiple of
2**-20 day (0.08 seconds). Sums and differences of such numbers are exact in double precision for ten thousand years, so
that two engines which add the same times in another order still agree to the last bit, and a bed that is left at nine
is free at nine.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

TICK = 2.0**-20
HOURS_PER_DAY = 24.0


def to_grid(days: ArrayLike) -> NDArray[np.float64]:
    """Round days to the nearest tick of the grid; infinities and NaN stay as they are."""
    return np.rint(np.asarray(days, dtype=np.float64) / TICK) * TICK
