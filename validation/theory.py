"""Verification: small networks whose answers queueing theory knows, run by the engine that runs the city."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.engine import compiled_engine, simpy_engine
from flowsim.engine.log import JourneyLog
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Network, Place, Pool

UNTIL = 1e7  # days: later than anything that happens
BATCHES = 40
CUSTOMERS = 400_000


@dataclass(frozen=True)
class Check:
    """One closed form, what the engine gave, and the standard error of that (by batch means)."""

    case: str
    quantity: str
    theory: float
    simulated: float
    error: float

    @property
    def z(self) -> float:
        """Difference in standard errors."""
        return (self.simulated - self.theory) / self.error


def checks() -> Iterator[Check]:
    """Yield every comparison with theory."""
    rng = np.random.default_rng(20170523)
    for servers, utilisation in ((1, 0.7), (3, 0.85), (25, 0.9)):
        load = servers * utilisation
        waits = _waits(servers, rng.exponential(1 / load, CUSTOMERS), rng.exponential(1, CUSTOMERS))
        chance = erlang_c(servers, load)
        case = f"M/M/{servers} at {utilisation:.0%} load"
        yield _check(case, "share who wait (Erlang C)", chance, waits > 0)
        yield _check(case, "mean wait, service times", chance / (servers - load), waits)
    rho = 0.8
    waits = _waits(1, rng.exponential(1 / rho, CUSTOMERS), np.ones(CUSTOMERS))
    yield _check("M/D/1 at 80% load", "mean wait (Pollaczek-Khinchine)", rho / (2 * (1 - rho)), waits)
    variance = 2.5  # of a lognormal service time with mean 1
    service = rng.lognormal(-math.log(1 + variance) / 2, math.sqrt(math.log(1 + variance)), CUSTOMERS)
    waits = _waits(1, rng.exponential(1 / rho, CUSTOMERS), service)
    theory = rho * (1 + variance) / (2 * (1 - rho))
    yield _check("M/G/1 at 80% load, lognormal service", "mean wait (Pollaczek-Khinchine)", theory, waits)
    yield from _blocking(rng)


def engines_agree() -> bool:
    """Whether both engines give the same log of a queue, bit for bit."""
    rng = np.random.default_rng(1)
    between, service = rng.exponential(0.3, 20_000), rng.exponential(1, 20_000)
    network, cohort = _station(4), Cohort.by_hand(between.cumsum().tolist(), service=service)
    one, other = (run(network, cohort, UNTIL) for run in (simpy_engine.run, compiled_engine.run))
    return one.equals(other)


def erlang_c(servers: int, load: float) -> float:
    """Return the chance of having to wait in M/M/c with an offered load in Erlang (A. K. Erlang, 1917)."""
    below = sum(load**k / math.factorial(k) for k in range(servers))
    top = load**servers / math.factorial(servers) / (1 - load / servers)
    return top / (below + top)


def _blocking(rng: np.random.Generator) -> Iterator[Check]:
    """Two stations with no room between them and always somebody waiting in front: the second blocks the first.

    Each round lasts until both services are done, so that the throughput is 1 / E[max(A, B)] = 2 / 3 for two
    exponential services of mean 1 (A. J. F. Hunt, "Sequential arrays of waiting lines", Operations Research 4, 1956).
    """
    first = Activity("first", "one", "second", pool="one", holds="place", duration="a")
    second = Activity("second", "two", "leave", pool="two", holds="place", duration="b")
    network = _network(first, second, pools=("one", "two"))
    a, b = rng.exponential(1, CUSTOMERS), rng.exponential(1, CUSTOMERS)
    log = compiled_engine.run(network, Cohort.by_hand([0.0] * CUSTOMERS, a=a, b=b), UNTIL)
    left = log.started[log.activity == 2]
    yield _check("two stations in tandem, blocking", "days for each person (Hunt)", 1.5, np.diff(np.sort(left)))


def _waits(servers: int, between: NDArray[np.float64], service: NDArray[np.float64]) -> NDArray[np.float64]:
    log = compiled_engine.run(_station(servers), Cohort.by_hand(between.cumsum().tolist(), service=service), UNTIL)
    return _wait(log)


def _wait(log: JourneyLog) -> NDArray[np.float64]:
    rows = log.activity == 0
    waits: NDArray[np.float64] = log.started[rows] - log.requested[rows]
    return waits


def _station(servers: int) -> Network:
    serve = Activity("serve", "station", "leave", pool="servers", holds="place", duration="service")
    return _network(serve, pools=("servers",), size=servers)


def _network(*activities: Activity, pools: tuple[str, ...], size: int = 1) -> Network:
    places = [*dict.fromkeys(a.place for a in activities), "outside"]
    return Network(
        places=tuple(Place(name, "acute") for name in places),
        pools=tuple(Pool(name, capacity=((0.0, size),)) for name in pools),
        activities=(*activities, Activity("leave", "outside", None)),
        entries=(activities[0].name,),
    )


def _check(case: str, quantity: str, theory: float, values: NDArray[np.generic]) -> Check:
    used = values[: values.size // BATCHES * BATCHES].astype(float)
    batches = used.reshape(BATCHES, -1).mean(axis=1)
    return Check(case, quantity, theory, float(used.mean()), float(batches.std(ddof=1) / math.sqrt(BATCHES)))
