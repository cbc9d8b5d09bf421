"""flowsim: patient flow from the front door of the hospital to day 91.

>>> import flowsim
>>> city = flowsim.load_config("sheffield_2016_17")
>>> run = flowsim.simulate(city)
>>> run.measures["dtoc_delayed_days"]
>>> run.events()
>>> results = flowsim.ask(city, ["home_first", "trusted_assessors"], replications=10)
>>> results.comparison
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from flowsim.config.version import VERSION as __version__

if TYPE_CHECKING:
    from flowsim.config.city_schema import CityConfig
    from flowsim.config.errors import ConfigError
    from flowsim.experiment.results import ExperimentResults
    from flowsim.run.city_results import CityResults
    from flowsim.run.failures import Interrupted, ResultsError, RunsFailed, WorkerDied, WorkersError
    from flowsim.run.load_city import load_config
    from flowsim.run.simulate import Run, simulate
    from flowsim.workflow.ask import ask
    from flowsim.workflow.run_city import run_city
    from flowsim.workflow.run_experiment import run_experiment


__all__ = [
    "CityConfig",
    "CityResults",
    "ConfigError",
    "ExperimentResults",
    "Interrupted",
    "ResultsError",
    "Run",
    "RunsFailed",
    "WorkerDied",
    "WorkersError",
    "__version__",
    "ask",
    "load_config",
    "run_city",
    "run_experiment",
    "simulate",
]

_WHERE = {
    "CityConfig": "flowsim.config.city_schema",
    "CityResults": "flowsim.run.city_results",
    "ConfigError": "flowsim.config.errors",
    "ExperimentResults": "flowsim.experiment.results",
    "Interrupted": "flowsim.run.failures",
    "ResultsError": "flowsim.run.failures",
    "Run": "flowsim.run.simulate",
    "RunsFailed": "flowsim.run.failures",
    "WorkerDied": "flowsim.run.failures",
    "WorkersError": "flowsim.run.failures",
    "ask": "flowsim.workflow.ask",
    "load_config": "flowsim.run.load_city",
    "run_city": "flowsim.workflow.run_city",
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
