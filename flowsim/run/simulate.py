"""One run: a city, a seed and a replication go in; what happened, and what was counted, comes out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from textwrap import shorten

import pandas as pd

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Problem, nearest
from flowsim.config.periods import Period, parse_period
from flowsim.engine import compiled_engine, simpy_engine
from flowsim.engine.log import JourneyLog
from flowsim.engine.standstill import Standstill
from flowsim.measures.all_measures import measure
from flowsim.measures.by_period import measures_by_period
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.window import window_of
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.cohort import Cohort
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city
from flowsim.model.network import Network

Engine = Callable[[Network, Cohort, float], JourneyLog]

ENGINES: dict[str, Engine] = {"compiled": compiled_engine.run, "simpy": simpy_engine.run}
DEFAULT_ENGINE = "compiled"


@dataclass(frozen=True, repr=False)
class Run:
    """One run, from the patients to what was counted.

    Attributes
    ----------
    config : CityConfig
        The city, with the seed that was used.
    replication : int
        Which of the runs with this seed.
    network : Network
        Places, pools and activities.
    cohort : Cohort
        The patients: every random quantity, one row for each spell.
    log : JourneyLog
        What happened, one row for each activity of each spell.
    measures : mapping of str to float
        What was counted, by name; counts are for one year of 365 days; NaN is undefined.
    daily : pandas.DataFrame
        Daily series: ``date``, ``measure``, ``value``.
    sitrep : pandas.DataFrame
        Monthly return: ``month``, ``bed_type``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``,
        ``days_in_month``.
    facts : RunFacts
        What was derived from the log on the way.
    """

    config: CityConfig
    replication: int
    network: Network
    cohort: Cohort
    log: JourneyLog
    measures: Mapping[str, float]
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    facts: RunFacts

    def __repr__(self) -> str:
        return (
            f"Run({shorten(self.config.name, 60)!r}, seed {self.config.run.seed}, replication {self.replication}: "
            f"{len(self.cohort):,} spells, {len(self.log):,} events, {len(self.measures)} measures)"
        )

    def by_period(
        self, periods: Iterable[Period | str], names: Collection[str] | None = None
    ) -> dict[str, dict[str, float]]:
        """Return the measures of each period of the run, without simulating it again.

        Parameters
        ----------
        periods : iterable of Period or str
            ``"2016/17"`` (April to March), ``"2016/17 Q3"`` or ``"2016-10"``, each within the days that count.
        names : collection of str, optional
            The measures that are wanted; all of them if not given. A few are counted much faster.

        Returns
        -------
        dict of str to dict of str to float
            By period and measure, as in `measures`: counts are for one year of 365 days. See
            `flowsim.measures.by_period.measures_by_period`.

        Raises
        ------
        ConfigError
            If something is no period or lies outside the days that count, or if the run has no measure of a name.
        """
        problems, found = [], []
        for given in periods:
            try:
                period = parse_period(given) if isinstance(given, str) else given
                window_of(period, self.facts.window)
                found.append(period)
            except ValueError as error:
                label = given if isinstance(given, str) else given.label
                problems.append(Problem(None, None, "periods", label, str(error)))
        for name in sorted(set(names or ()) - self.measures.keys()):
            meant = nearest(name, list(self.measures))
            guess = f"; did you mean {meant}?" if meant else ""
            problems.append(Problem(None, None, "names", name, f"there is no measure of this name{guess}"))
        if problems:
            raise ConfigError(problems)
        return measures_by_period(self.facts, found, names)

    def events(self) -> pd.DataFrame:
        """Return the journey log as a labelled table.

        Returns
        -------
        pandas.DataFrame
            One row for each activity of each spell, sorted by spell and then in the order of the journey:

            ``spell``
                Number of the spell: its row in `cohort`.
            ``person``
                Number of the person's first spell. A readmission is another spell of the same person.
            ``activity``
                What the person waits for, and then does.
            ``place``
                Where it happens; someone who waits for it may still be in the place before.
            ``pool``
                What it needs one of: a bed, a place on a caseload, a member of staff, a vacancy. Missing if nothing.
            ``reason``
                Under which of the city's reasons waiting for it in an acute or an intermediate care bed, or doing it
                there, is a delay. Missing if it is none.
            ``outcome``
                ``finished``; ``left`` (it is the end of the spell); ``gave up`` (waited for as long as they could and
                went on without it); ``died`` or ``readmitted`` (which cut it short); ``under way`` or ``waiting`` when
                the run ended.
            ``asked_day``, ``started_day``, ``ended_day``
                When it was asked for, when it started and when it was over, in days from midnight of the start date.
                NaN if that did not happen within the run.
            ``asked``, ``started``, ``ended``
                The same as dates and times of day, to the second; NaT if it did not happen.
        """
        # Imported here, because what only shows a run does not decide its results (`flowsim.run.fingerprint`).
        from flowsim.run.events import events_table

        return events_table(self.network, self.cohort, self.log, self.config.run.start_date)


def simulate(config: CityConfig, seed: int | None = None, replication: int = 0, engine: str = DEFAULT_ENGINE) -> Run:
    """Simulate a city once.

    The result depends on the configuration, the seed and the replication, and on nothing else: not on the engine, the
    machine or what was simulated before.

    Parameters
    ----------
    config : CityConfig
        From `flowsim.load_config`.
    seed : int, optional
        Instead of the configuration's own.
    replication : int
        Runs with the same seed and other replications have other patients.
    engine : str
        One of `ENGINES`.

    Returns
    -------
    Run
        The patients, what happened to them, and what was counted.

    Raises
    ------
    ConfigError
        If there is no such engine, the seed is negative, or the run comes to a standstill (rule 6 of
        `flowsim.engine.simpy_engine`).
    """
    run = engine_called(engine)
    if seed is not None:
        config = changed(config, {"run.seed": seed})
    city = effective_city(config)
    calendars = build_calendars(city)
    network = build_network(city, calendars)
    cohort = draw_cohort(city, calendars, config.run.seed, replication)
    try:
        log = run(network, cohort, float(config.run.days))
    except Standstill as error:
        raise ConfigError(
            [
                Problem(
                    None,
                    None,
                    f"{shorten(config.name, 60)}, replication {replication}",
                    NO_VALUE,
                    f"{error}. More of one of these, or a way out for those who wait, opens the circle.",
                )
            ]
        ) from error
    counted = measure(city, network, cohort, log)
    return Run(config, replication, network, cohort, log, counted.values, counted.daily, counted.sitrep, counted.facts)


def engine_called(name: str) -> Engine:
    """Return the engine of that name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if name not in ENGINES:
        raise ConfigError([Problem(None, None, "engine", name, f"must be one of {', '.join(ENGINES)}")])
    return ENGINES[name]
