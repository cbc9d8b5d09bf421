"""The network that `peers.py` has every package simulate: five pools, one after the other, and people who block.

People come to an assessment unit; some go on to a ward; some of these to a step-down bed or a home slot; and some of
these to a place in homecare. Only the assessment unit has a queue without limit: a person whose stay has ended keeps
the bed until the next pool has a free unit, and pools serve people in the order in which they began to wait.

Every arrival, stay and way is drawn beforehand, and all packages simulate the same people. So what happens to each
person is the same in all, and differs only by the rounding of sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PEOPLE_PER_DAY = 148.0
UNTIL = 365.0
OUT = "out"


@dataclass(frozen=True)
class Station:
    """A pool of units, the mean of the exponential stay there (days), and the share of people by where they go next."""

    name: str
    units: int
    mean_stay: float
    then: dict[str, float]


STATIONS = (
    Station("assessment_unit", 112, 0.7, {OUT: 0.45, "ward": 0.55}),
    Station("ward", 470, 5.5, {OUT: 0.82, "step_down": 0.06, "home_slot": 0.12}),
    Station("step_down", 155, 25.0, {OUT: 0.5, "homecare": 0.5}),
    Station("home_slot", 210, 18.0, {OUT: 0.7, "homecare": 0.3}),
    Station("homecare", 208, 40.0, {OUT: 1.0}),
)


@dataclass(frozen=True)
class People:
    """Everybody who comes, in the order of arrival.

    Attributes
    ----------
    arrival : numpy.ndarray of float64
        When (days).
    stay : numpy.ndarray of float64
        Days in each station (person by station), if the person goes there.
    way : numpy.ndarray of int32
        Which entry of `Station.then` the person takes after each station (person by station).
    """

    arrival: NDArray[np.float64]
    stay: NDArray[np.float64]
    way: NDArray[np.int32]

    def routes(self) -> list[list[int]]:
        """Return the indices of the stations that each person passes through."""
        index = {station.name: i for i, station in enumerate(STATIONS)}
        after = [[index.get(name) for name in station.then] for station in STATIONS]
        routes: list[list[int]] = []
        for ways in self.way.tolist():
            at: int | None = 0
            route: list[int] = []
            while at is not None:
                route.append(at)
                at = after[at][ways[at]]
            routes.append(route)
        return routes


def draw(seed: int) -> People:
    """Draw everybody who arrives before `UNTIL`."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(PEOPLE_PER_DAY * UNTIL)
    stays = [rng.exponential(station.mean_stay, n) for station in STATIONS]
    ways = [rng.choice(len(station.then), n, p=list(station.then.values())) for station in STATIONS]
    arrival = np.sort(rng.uniform(0.0, UNTIL, n))
    return People(arrival, np.column_stack(stays), np.column_stack(ways).astype(np.int32))
