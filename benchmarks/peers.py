"""The same five pools with blocking in flowsim and in other packages, in one run.

`five_pools.py` says what is simulated. Each package is used as its documentation shows, simulates the same people, and
keeps a record of every stay, as it does by default or as a user would write it. Drawing the people, turning them into
lists or a file, and starting R are outside the clock; building the model, running it and collecting the records are
inside. A package that is not installed is skipped.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import simpy
from common import print_machine, print_table, print_targets, timed
from five_pools import OUT, STATIONS, UNTIL, People, draw
from numpy.typing import NDArray

from flowsim.engine import compiled_engine, simpy_engine
from flowsim.engine.log import JourneyLog
from flowsim.model.cohort import Cohort, Column
from flowsim.model.network import Activity, Network, Place, Pool, Switch

R_MODEL = Path(__file__).with_name("five_pools.R")
LOOP = Path(__file__).with_name("five_pools.cpp")
HAND_WRITTEN = "C++ loop by hand"
FIRST = "flowsim, compiled"
TOLERANCE = 1e-6  # days

# A runner simulates the people and returns the seconds that it took and when each person left (NaN: not yet).
Runner = Callable[[People], tuple[float, NDArray[np.float64]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="runs of each package (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2017, help="of the people (default: %(default)s)")
    args = parser.parse_args()
    print_machine("simpy", "ciw", "salabim")
    people = draw(args.seed)
    runners = installed()
    print_stations(people)  # this also compiles the engine, or loads it from the cache, outside the clock
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    left = {}
    for _ in range(args.repeats):
        for name, run in runners.items():
            took, left[name] = run(people)
            seconds[name].append(took)
    print_results(people, {name: median(times) for name, times in seconds.items()}, left, args.repeats)


def installed() -> dict[str, Runner]:
    """Return the runner of each package that is there, and say of the others that they are skipped."""
    runners: dict[str, Runner] = {
        FIRST: partial(run_flowsim, compiled_engine.run),
        "flowsim, SimPy": partial(run_flowsim, simpy_engine.run),
        "SimPy": run_simpy,
    }
    for package, name, run in (("ciw", "Ciw", run_ciw), ("salabim", "salabim", run_salabim)):
        if find_spec(package) is not None:
            runners[name] = run
        else:
            print(f"{name} is skipped: not installed (python -m pip install {package})")
    r = shutil.which("Rscript")
    if r is not None and subprocess.run([r, "-e", "library(simmer)"], capture_output=True).returncode == 0:
        runners["simmer"] = partial(run_simmer, r)
    else:
        print("simmer is skipped: no R with the package simmer on the PATH")
    compiler = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)
    if compiler is not None:
        runners[HAND_WRITTEN] = partial(run_loop, compiler)
    else:
        print(f"{HAND_WRITTEN} is skipped: no C++ compiler on the PATH (c++, g++ or clang++)")
    return runners


def print_stations(people: People) -> None:
    """Print how busy the five pools are, blocked units included, and how long people wait for them."""
    log = compiled_engine.run(flowsim_network(), flowsim_cohort(people), UNTIL)
    moved_on = np.append(np.where(log.spell[1:] == log.spell[:-1], log.started[1:], UNTIL), UNTIL)
    held = np.where(np.isnan(moved_on), UNTIL, moved_on) - log.started
    rows = []
    for i, station in enumerate(STATIONS):
        here = (log.activity == i) & ~np.isnan(log.started)
        wait = (log.started - log.requested)[here]
        in_use = held[here].sum() / (station.units * UNTIL)
        rows.append((station.name, str(station.units), f"{here.sum():,}", f"{in_use:.0%}", f"{wait.mean() * 24:.1f}"))
    print_table(("pool", "units", "stays", "in use or blocked", "mean wait (h)"), rows)


def print_results(
    people: People, seconds: dict[str, float], left: dict[str, NDArray[np.float64]], repeats: int
) -> None:
    """Print times and ratios, and whether all packages say the same of every person."""
    flowsim_left = left[FIRST]
    gone = ~np.isnan(flowsim_left)
    print(f"\n{people.arrival.size:,} people in {UNTIL:g} days, of whom {gone.sum():,} leave; median of {repeats} runs")
    rows, faithful = [], []
    for name, found in left.items():
        same_people = np.array_equal(gone, ~np.isnan(found))
        furthest = np.max(np.abs(found - flowsim_left)[gone & ~np.isnan(found)])
        faithful.append(same_people and furthest < TOLERANCE)
        in_system = np.nanmean(found - people.arrival)
        ratio = seconds[name] / seconds[FIRST]
        rows.append((name, f"{seconds[name]:.3f}", f"{ratio:.1f}", f"{in_system:.6f}", "yes" if faithful[-1] else "no"))
    print_table(("package", "time (s)", "times flowsim", "mean days in system", "same time of leaving"), rows)
    general = {name: time for name, time in seconds.items() if not name.startswith("flowsim") and name != HAND_WRITTEN}
    peers = {name: time / seconds[FIRST] for name, time in general.items()}
    fastest, ratio = min(peers.items(), key=lambda peer: peer[1])
    loop = seconds[FIRST] / seconds[HAND_WRITTEN] if HAND_WRITTEN in seconds else None
    print_targets(
        [
            *([("flowsim against the loop by hand", "at most 1.4", f"{loop:.2f}", loop <= 1.4)] if loop else []),
            (f"{fastest}, the fastest peer, against flowsim", "at least 30", f"{ratio:.1f}", ratio >= 30),
            (
                "everybody leaves at the same time in all packages",
                "all",
                f"{sum(faithful)} of {len(faithful)}",
                all(faithful),
            ),
        ]
    )


# -- flowsim -----------------------------------------------------------------------------------------------------------


def run_flowsim(
    engine: Callable[[Network, Cohort, float], JourneyLog], people: People
) -> tuple[float, NDArray[np.float64]]:
    cohort = flowsim_cohort(people)
    seconds, log = timed(lambda: engine(flowsim_network(), cohort, UNTIL))
    left = np.full(people.arrival.size, np.nan)
    out = log.activity == len(STATIONS)
    left[log.spell[out]] = log.started[out]
    return seconds, left


def flowsim_network() -> Network:
    """Return the five stations as activities, in their order, and then leaving."""
    stays = [
        Activity(
            station.name,
            place=station.name,
            next=Switch(f"way_{station.name}", tuple(station.then)),
            pool=station.name,
            holds="place",
            duration=f"stay_{station.name}",
        )
        for station in STATIONS
    ]
    return Network(
        places=(*(Place(station.name, "acute") for station in STATIONS), Place(OUT, "home")),
        pools=tuple(Pool(station.name, capacity=((0.0, station.units),)) for station in STATIONS),
        activities=(*stays, Activity(OUT, place=OUT, next=None)),
        entries=(STATIONS[0].name,),
    )


def flowsim_cohort(people: People) -> Cohort:
    n = people.arrival.size
    columns: dict[str, Column] = {"entry": np.zeros(n, dtype=np.int32)}
    for i, station in enumerate(STATIONS):
        columns[f"stay_{station.name}"] = np.ascontiguousarray(people.stay[:, i])
        columns[f"way_{station.name}"] = np.ascontiguousarray(people.way[:, i])
    return Cohort(people.arrival, np.full(n, -1, dtype=np.int32), columns)


# -- SimPy: a process for each person ----------------------------------------------------------------------------------


def run_simpy(people: People) -> tuple[float, NDArray[np.float64]]:
    arrivals, stays, routes = people.arrival.tolist(), people.stay.tolist(), people.routes()
    records = []
    left = np.full(people.arrival.size, np.nan)

    def patient(env, pools, number):
        pool = bed = None
        for station in routes[number]:
            asked = env.now
            request = pools[station].request()
            yield request
            if bed is not None:
                pool.release(bed)
            pool, bed = pools[station], request
            started = env.now
            yield env.timeout(stays[number][station])
            records.append((number, station, asked, started, env.now))
        pool.release(bed)
        left[number] = env.now

    def come(env, pools):
        for number, at in enumerate(arrivals):
            yield env.timeout(at - env.now)
            env.process(patient(env, pools, number))

    def run():
        env = simpy.Environment()
        pools = [simpy.Resource(env, capacity=station.units) for station in STATIONS]
        env.process(come(env, pools))
        env.run(until=UNTIL)

    seconds, _ = timed(run)
    return seconds, left


# -- Ciw: nodes without room to queue, so that people block ------------------------------------------------------------


def run_ciw(people: People) -> tuple[float, NDArray[np.float64]]:
    import ciw

    gaps, stays = np.diff(people.arrival, prepend=0.0).tolist(), people.stay.tolist()
    onward = [[station + 1 for station in route[1:]] for route in people.routes()]

    class Drawn(ciw.dists.Distribution):
        def __init__(self, station):
            self.station = station

        def sample(self, t=None, ind=None):
            return stays[ind.id_number - 1][self.station]

    def run():
        none_but_the_first = [None] * (len(STATIONS) - 1)
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")]), *none_but_the_first],
            service_distributions=[Drawn(station) for station in range(len(STATIONS))],
            number_of_servers=[station.units for station in STATIONS],
            queue_capacities=[float("inf"), *(0 for _ in none_but_the_first)],
            routing=ciw.routing.ProcessBased(lambda person, simulation: onward[person.id_number - 1]),
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(UNTIL)
        return simulation.get_all_records()

    seconds, records = timed(run)
    left = np.full(people.arrival.size, np.nan)
    for record in records:
        if record.destination == -1:
            left[record.id_number - 1] = record.exit_date
    return seconds, left


# -- salabim: a component for each person ------------------------------------------------------------------------------


def run_salabim(people: People) -> tuple[float, NDArray[np.float64]]:
    import salabim

    arrivals, stays, routes = people.arrival.tolist(), people.stay.tolist(), people.routes()
    records = []
    left = np.full(people.arrival.size, np.nan)

    class Patient(salabim.Component):
        def setup(self, number, pools):
            self.number, self.pools = number, pools

        def process(self):
            bed = None
            for station in routes[self.number]:
                asked = self.env.now()
                yield self.request(self.pools[station])
                if bed is not None:
                    self.release(bed)
                bed = self.pools[station]
                started = self.env.now()
                yield self.hold(stays[self.number][station])
                records.append((self.number, station, asked, started, self.env.now()))
            self.release(bed)
            left[self.number] = self.env.now()

    class Door(salabim.Component):
        def setup(self, pools):
            self.pools = pools

        def process(self):
            for number, at in enumerate(arrivals):
                yield self.hold(till=at)
                Patient(number=number, pools=self.pools)

    def run():
        env = salabim.Environment(yieldless=False)
        Door(pools=[salabim.Resource(station.name, capacity=station.units) for station in STATIONS])
        env.run(till=UNTIL)

    seconds, _ = timed(run)
    return seconds, left


# -- simmer: in R, by itself -------------------------------------------------------------------------------------------


def run_simmer(r: str, people: People) -> tuple[float, NDArray[np.float64]]:
    with TemporaryDirectory() as folder:
        stations, persons, left = (Path(folder, name) for name in ("stations.csv", "people.csv", "left.csv"))
        names = [station.name for station in STATIONS]
        write_csv(stations, ("name", "units", "ways"), ((s.name, s.units, " ".join(s.then)) for s in STATIONS))
        write_csv(
            persons,
            ("time", *(f"stay_{name}" for name in names), *(f"way_{name}" for name in names)),
            np.column_stack([people.arrival, people.stay, people.way + 1]).tolist(),
        )
        command = [r, str(R_MODEL), str(stations), str(persons), str(UNTIL), str(left)]
        seconds = float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        return seconds, np.genfromtxt(left)


# -- a loop in C++ that knows only these pools, by itself --------------------------------------------------------------


def run_loop(compiler: str, people: People) -> tuple[float, NDArray[np.float64]]:
    with TemporaryDirectory() as folder:
        program, stations, persons, left = (Path(folder, name) for name in ("loop", "stations", "people", "left"))
        index = {OUT: -1} | {station.name: i for i, station in enumerate(STATIONS)}
        lines = [f"{len(STATIONS)} {people.arrival.size}"]
        lines += [f"{s.units} {len(s.then)} {' '.join(str(index[name]) for name in s.then)}" for s in STATIONS]
        stations.write_text("\n".join(lines), encoding="utf-8")
        columns = (people.arrival, people.stay, people.way)
        persons.write_bytes(b"".join(np.ascontiguousarray(column).tobytes() for column in columns))
        subprocess.run([compiler, "-O3", "-std=c++17", str(LOOP), "-o", str(program)], check=True)
        command = [str(program), str(stations), str(persons), str(UNTIL), str(left)]
        seconds = float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        return seconds, np.fromfile(left)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    main()
