"""Compiling all that a run needs in one go, in one process, before others need it too."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.config.shipped import city_file
from flowsim.engine.rules import booked_visits
from flowsim.model.compiled import KERNELS
from flowsim.model.pace import paced_delays
from flowsim.run.load_city import load_config
from flowsim.run.simulate import simulate

_CITY = "sheffield_2016_17"
# A run so short that it costs nothing, with a service of visits, which the city does not have: its history is about
# caseloads.
_SHORT = {
    "run.warm_up_days": 0,
    "run.horizon_days": 1,
    "history": {},
    "services.active_recovery.stit.caseload": None,
    "services.active_recovery.stit.visits": {"per_day": 100, "first": 2, "last": 1},
}


def compile_once() -> None:
    """Compile all that a run needs, unless it is on disk from before; workers then find it there.

    `flowsim.model.compile_notice` says so when it begins.
    """
    if all(_is_ready(kernel) for kernel in KERNELS):
        return
    try:
        city = load_config(city_file(_CITY))
    except (ConfigError, FileNotFoundError):  # somebody changed what comes with flowsim: the first run compiles
        return
    simulate(changed(city, _SHORT))
    one = np.ones(1)
    booked_visits(one, 1, 1)  # `flowsim.run.offered_load` counts by it, and no run does
    paced_delays(one, one, np.zeros(1), one)  # only cities whose stays change read it off a log


def _is_ready(kernel: Any) -> bool:
    """Whether a function was compiled from this source for this processor, in this process or before it."""
    if kernel.signatures:
        return True
    try:
        index, codegen = kernel._cache._cache_file._load_index(), kernel.targetctx.codegen()
        return any(key == kernel._cache._index_key(key[0], codegen) for key in index)
    except AttributeError:  # it is not kept, or a later numba keeps it in another way
        return False
