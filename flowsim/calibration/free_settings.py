"""Free settings: the numbers of a city that a calibration may move, those of its dated changes among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowsim.calibration.targets_file import FreeSetting
from flowsim.config.city_schema import CityConfig
from flowsim.config.history_numbers import CHANGES, HISTORY, MOVED, by_place, history_numbers
from flowsim.config.paths import numbers_in

DIGITS = 4  # of a calibrated value: more than its uncertainty deserves, and few enough to read


@dataclass(frozen=True)
class Parameter:
    """A free parameter: one setting, or the factor of several.

    Attributes
    ----------
    name : str
        A name for people to read.
    settings : mapping of str to float
        Dotted path and value in the city before calibration.
    low, high : float
        Bounds of the value (one setting) or of the factor (several).
    log : bool
        Whether it moves by ratios.
    why : str
        Why it is free.
    city : str or None
        The only city in which it is free; None stands for all that have it.
    """

    name: str
    settings: Mapping[str, float]
    low: float
    high: float
    log: bool
    why: str
    city: str | None = None

    @property
    def is_factor(self) -> bool:
        """Whether it multiplies several settings."""
        return len(self.settings) > 1

    @property
    def start(self) -> float:
        """Its value before calibration."""
        return 1.0 if self.is_factor else float(next(iter(self.settings.values())))

    def value(self, position: float) -> float:
        """Return the value at a position between its bounds (0 to 1)."""
        if self.log:
            return float(self.low * (self.high / self.low) ** position)
        return self.low + (self.high - self.low) * position

    def position(self, value: float) -> float:
        """Return the position of a value between the bounds: 0 at the low one, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def at(self, position: float) -> dict[str, Any]:
        """Return the settings at a position as they are written: rounded, and whole numbers where they are whole."""
        value = self.value(position)
        exact = {path: now * value if self.is_factor else value for path, now in self.settings.items()}
        return {path: written(number, self.settings[path]) for path, number in exact.items()}

    def on_grid(self, position: float) -> float:
        """Return the position that is simulated, which differs if the setting is a whole number."""
        if self.is_factor:
            return position
        return self.position(next(iter(self.at(position).values())))

    def entries(self) -> set[str]:
        """Return the entries of the history that it is about."""
        return {path.split(".")[1] for path in self.settings if path.startswith(f"{HISTORY}.")}


def numbers(city: CityConfig) -> dict[str, float]:
    """Return all numbers of a city by dotted path, those in lists and those of its history too."""
    plain = city.model_dump(mode="json", by_alias=True, round_trip=True)
    return numbers_in(plain) | history_numbers(plain[HISTORY])


def place_of(city: CityConfig, path: str) -> str:
    """Return one path for each setting: a number of the history may be named in two ways."""
    return by_place(city.model_dump(mode="json", include={HISTORY})[HISTORY], path)


def parameter_of(cities: Mapping[str, CityConfig], free: FreeSetting) -> Parameter:
    """Return a free parameter, with its values in the first of the cities that have all of its settings.

    Where none has, the values are NaN.
    """
    known = [numbers(city) for name, city in cities.items() if free.city in (None, name)]
    now: Mapping[str, float] = next((its for its in known if all(path in its for path in free.paths)), {})
    settings = {path: now.get(path, math.nan) for path in free.paths}
    name = free.name or ", ".join(settings)
    return Parameter(name, settings, free.low, free.high, free.scale == "log", free.why, free.city)


def history_settings(city: CityConfig, paths: Sequence[str]) -> dict[str, Any]:
    """Return the entries of the history that these paths are about, as a configuration file would write them."""
    entries = {path.split(".")[1] for path in paths if path.startswith(f"{HISTORY}.")}
    plain = city.model_dump(mode="json", by_alias=True, round_trip=True)[HISTORY]
    written = (*MOVED, "ramp_days", CHANGES)
    return {
        name: {key: plain[name][key] for key in written if plain[name][key]} for name in city.history if name in entries
    }


def written(number: float, like: float) -> int | float:
    """Return a number as a file has it: rounded, and whole if it stands for one that is."""
    return round(number) if isinstance(like, int) else float(f"{number:.{DIGITS}g}")
