"""Loading a city: its configuration, and whether what it compares itself with is measured at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flowsim.config.errors import NO_VALUE, ConfigError, Problem
from flowsim.config.load import load, locate
from flowsim.config.schema import HOSPITAL_POOLS, CityConfig
from flowsim.measures.summary import units


def load_config(path: str | Path) -> CityConfig:
    """Read the configuration of a city, with everything that it extends, and check it.

    Parameters
    ----------
    path : str or Path
        A YAML file.

    Returns
    -------
    CityConfig
        The city; it does not change any more.

    Raises
    ------
    ConfigError
        If anything is wrong: every problem with its file, line and dotted path.
    """
    config = load(path, CityConfig)
    unknown = list(_unknown_targets(config))
    if unknown:
        message = "there is no measure of this name to compare with"
        raise ConfigError(
            [Problem(*locate(path, ("targets", name)), f"targets.{name}", NO_VALUE, message) for name in unknown]
        )
    return config


def _unknown_targets(config: CityConfig) -> Iterator[str]:
    beds = [*HOSPITAL_POOLS, *config.services.active_recovery, *config.services.intermediate_care]
    pools = {"_occupancy_mean": beds, "_wait_days_mean": [*HOSPITAL_POOLS, *config.service_pools]}
    for name in config.targets:
        suffix = next((suffix for suffix in pools if name.endswith(suffix)), None)
        if not (_is_measure(name) if suffix is None else name.removesuffix(suffix) in pools[suffix]):
            yield name


def _is_measure(name: str) -> bool:
    try:
        units([name])
    except KeyError:
        return False
    return True
