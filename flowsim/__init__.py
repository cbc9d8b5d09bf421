"""flowsim: patient flow from the front door of the hospital to day 91.

>>> import flowsim
>>> city = flowsim.load_config("configs/sheffield_2016_17.yaml")
>>> run = flowsim.simulate(city)
>>> run.measures["dtoc_delayed_days"]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from flowsim.version import __version__

if TYPE_CHECKING:
    from flowsim.config.errors import ConfigError
    from flowsim.run.load_city import load_config
    from flowsim.run.simulate import Run, simulate
    from flowsim.workflow.run_experiment import run_experiment

__all__ = ["ConfigError", "Run", "__version__", "load_config", "run_experiment", "simulate"]

_WHERE = {
    "ConfigError": "flowsim.config.errors",
    "Run": "flowsim.run.simulate",
    "load_config": "flowsim.run.load_city",
    "run_experiment": "flowsim.workflow.run_experiment",
    "simulate": "flowsim.run.simulate",
}


def __getattr__(name: str) -> Any:
    # What is heavy (pandas, numba) is imported when it is first asked for, so that the command line answers at once.
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
