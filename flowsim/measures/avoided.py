"""Admissions avoided: whose need was met where they live, by which service."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.stays import Stays, column
from flowsim.measures.window import Window
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network


def admissions_avoided(
    network: Network, cohort: Cohort, stays: Stays, window: Window, schemes: int
) -> NDArray[np.integer]:
    """Count the admissions that each service avoided in the window.

    A first admission counts when the person asks. A readmission counts when it would have come: after its gap from
    leaving hospital, if the person still lives then. (Those that only days of delay would have caused are left out.)

    Parameters
    ----------
    network, cohort, stays
        The run.
    window : Window
        The days that count.
    schemes : int
        How many such services the city has.

    Returns
    -------
    numpy.ndarray of int, shape (schemes,)
        In the order of the configuration.
    """
    avoided, avoided_return = column(cohort, "avoided", 0), column(cohort, "avoided_return", 0)
    first = np.flatnonzero((avoided > 0) & window.contains(stays.first_request))
    back = np.flatnonzero((avoided_return > 0) & ~np.isnan(stays.discharged))
    when = stays.discharged[back] + column(cohort, "readmission_gap", 0)[back]
    counted = window.contains(when)
    if network.death is not None:
        counted &= stays.first_request[back] + cohort.columns[network.death.after][back] > when
    services = np.concatenate([avoided[first], avoided_return[back[counted]]])
    return np.bincount(services, minlength=schemes + 1)[1:]
