"""The results of an experiment as its report asks for them: by scenario and measure, best first, few enough to show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.config.paths import value_at
from flowsim.config.provenance import leaves
from flowsim.experiment.analysis.paired import paired_difference
from flowsim.experiment.analysis.parameter_uncertainty import by_member
from flowsim.experiment.goals import Goal, GoalVerdict
from flowsim.experiment.results import ExperimentResults
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.uncosted import uncosted_changes
from flowsim.measures.catalogue import direction, limits, units, why_empty
from flowsim.report import labels
from flowsim.report.changes_in_words import change_in_words
from flowsim.report.differences import Difference
from flowsim.report.figures.figure_data import Level
from flowsim.report.shared_tables import run_word

AT_EACH_END = 15
TWO_LINES, ONE_LINE = 90, 46  # characters of a label in a figure
MANY_FACTORS = 3
_NOTHING: dict[str, Any] = {"mean": math.nan, "ci_low": math.nan, "ci_high": math.nan, "replications": 0}
_NO_DIFFERENCE = {
    **dict.fromkeys(("difference", "ci_low", "ci_high", "relative"), math.nan),
    **dict.fromkeys(("p_value", "p_holm", "pairing_gain"), math.nan),
}


class View:
    """What an experiment found, by name.

    Parameters
    ----------
    results : ExperimentResults
        Of any design; some of it may be missing.
    """

    def __init__(self, results: ExperimentResults) -> None:
        self.results = results
        self.experiment = results.experiment
        self.base = results.experiment.base
        self.pools = labels.pool_labels(self.base)
        self.run_word = run_word(self.base)
        self.scenarios = {scenario.name: scenario for scenario in results.scenarios}
        self.baseline = self.experiment.baseline
        self.measures = self._measured(self.experiment.measures)
        self.headline = self.measures[0] if self.measures else self.experiment.measures[0]
        self.unit = units([self.headline])[self.headline]
        self.better = direction(self.headline)
        self._tables: dict[str, pd.DataFrame] = {}  # a table takes a while, and a report asks for few of many measures

    def label(self, measure: str) -> str:
        """Return a measure in words, with its unit where they do not say it."""
        label, unit = labels.measure_label(measure, self.pools), self.unit_of(measure)
        label = labels.of_run(label, self.run_word == "year")
        return f"{label} ({unit})" if unit in ("days", "hours") and unit[:-1] not in label.lower() else label

    def title(self, scenario: str) -> str:
        """Return what people call a scenario."""
        title = self.scenarios[scenario].title if scenario in self.scenarios else scenario
        return title[:1].upper() + title[1:]

    def short(self, scenario: str) -> str:
        """Return what people call a scenario; one of many changes by their numbers (see `factors`)."""
        title = self.title(scenario)
        known = self.scenarios.get(scenario)
        long = ONE_LINE if len(self.factors) > MANY_FACTORS else TWO_LINES
        if len(title) <= long or known is None or not any(level is True for level in known.levels.values()):
            return title
        numbers = {on: [i for i, f in self.factors.items() if known.levels.get(f) is on] for on in (True, False)}
        if not numbers[False]:
            return f"All {len(numbers[True])} changes together"
        if len(numbers[False]) < len(numbers[True]):
            return f"All changes but {labels.listed(list(map(str, numbers[False])))}"
        return f"Changes {labels.listed(list(map(str, numbers[True])))}"

    @cached_property
    def factors(self) -> dict[int, str]:
        """The factors of a design, numbered from 1 in its order."""
        levels = (item for scenario in self.results.scenarios for item in scenario.levels.items())
        return dict(enumerate(dict.fromkeys(name for name, level in levels if isinstance(level, bool)), 1))

    def unit_of(self, measure: str) -> str:
        """Return the unit of a measure."""
        return units([measure])[measure]

    @cached_property
    def _means(self) -> dict[tuple[str, str], dict[str, Any]]:
        columns = ["mean", "ci_low", "ci_high", "replications"]
        return _rows(self.results.summary, columns)

    @cached_property
    def _differences(self) -> dict[tuple[str, str], dict[str, Any]]:
        found = _rows(self.results.comparison, ["difference", "ci_low", "ci_high", "relative"])
        ranked = _rows(self.results.ranking, ["p_value", "p_holm", "pairing_gain"])
        return {key: {**_NO_DIFFERENCE, **row, **ranked.get(key, {})} for key, row in found.items()}

    @cached_property
    def _values(self) -> dict[str, pd.DataFrame]:
        """By measure: what each replication (or member of the ensemble) of each scenario found."""
        frame = by_member(self.results.replications, len(self.experiment.members))
        return dict(iter(frame.groupby("measure", sort=False)))

    def mean(self, scenario: str, measure: str) -> dict[str, Any]:
        """Return mean, interval, unit and number of replications; NaN if it was not measured."""
        found = self._means.get((scenario, measure))
        return {**_NOTHING, "unit": ""} if found is None else {**found, "unit": self.unit_of(measure)}

    def difference(self, scenario: str, measure: str) -> Difference:
        """Return how a scenario differs from the baseline; NaN for the baseline itself."""
        row = self._differences.get((scenario, measure))
        if row is None:
            return Difference(math.nan, math.nan, math.nan, math.nan, math.nan, direction(measure))
        return Difference(
            row["difference"], row["ci_low"], row["ci_high"], row["p_holm"], row["pairing_gain"], direction(measure)
        )

    def between(self, scenario: str, other: str, measure: str) -> Difference:
        """Return how a scenario differs from any other one, replication by replication."""
        table = self.by_replication(measure)
        if scenario not in table or other not in table:
            return Difference(math.nan, math.nan, math.nan, math.nan, math.nan, direction(measure))
        ours, theirs = table[scenario].to_numpy(float), table[other].to_numpy(float)
        found = paired_difference(ours, theirs, *(ends[0] for ends in limits([measure])))
        return Difference(
            float(found.mean), float(found.low), float(found.high), math.nan, math.nan, direction(measure)
        )

    def by_replication(self, measure: str) -> pd.DataFrame:
        """Return a measure: a row for each replication (or member of the ensemble), a column for each scenario."""
        if measure not in self._tables:
            part = self._values.get(measure)
            self._tables[measure] = (
                pd.DataFrame()
                if part is None
                else part.pivot_table(index="replication", columns="scenario", values="value", dropna=False)
            )
        return self._tables[measure]

    def why_empty(self, measure: str) -> str:
        """Return why a measure has no number, as the end of a sentence; empty if that is not known."""
        return why_empty(measure)

    def delayed_for(self, scenario: str, group: str) -> float:
        """Return how many people are delayed on an average day for a group of reasons; NaN if that is not known."""
        rows = self.daily(scenario, f"delayed_{group}")
        return math.nan if rows is None else float(rows["mean"].mean())

    @cached_property
    def _changes(self) -> dict[str, dict[str, str]]:
        base = settings_of(self.base)
        found = {}
        for name, scenario in self.scenarios.items():
            now = settings_of(scenario.config)
            changed = {path: str(now.get(path)) for path in {**base, **now} if now.get(path) != base.get(path)}
            own = [change for change in scenario.config.changes if change not in self.base.changes]
            dated = {change.path: change_in_words(change, self.pools) for change in own}
            found[name] = changed | dated | dict.fromkeys(scenario.config.interventions, "")
        return found

    def changes_of(self, scenario: str) -> dict[str, str]:
        """Return what a scenario has that the base does not: interventions by name, and settings with their values."""
        return self._changes.get(scenario, {})

    @cached_property
    def uncosted(self) -> dict[str, list[str]]:
        """By scenario, the changes that carry no cost, in words."""
        return uncosted_changes(self.experiment, self.results.scenarios)

    @cached_property
    def _daily(self) -> dict[tuple[str, str], pd.DataFrame]:
        daily = self.results.daily
        wanted = daily[daily["measure"].astype(str).str.startswith("delayed")]
        return dict(list(wanted.groupby(["scenario", "measure"], sort=False, observed=True)))

    def daily(self, scenario: str, measure: str) -> pd.DataFrame | None:
        """Return a daily series of delayed people (``date``, ``mean``, ``low``, ``high``); None if there is none."""
        return self._daily.get((scenario, measure))

    def share_met(self, scenario: str, measure: str) -> tuple[float, bool]:
        """Return in what share of its replications a scenario is within the limit of a goal, and whether it meets it.

        It meets it with its mean, or if the goal is on the share of years, with that.
        """
        row = self._goal_row(scenario, measure)
        if row is None:
            return math.nan, False
        return float(row["share_met"]), self.experiment.goals[measure].meets(float(row["estimate"]))

    def runs_with_goal(self, scenario: str, measure: str) -> int:
        """Return how many replications of a scenario have the measure of a target."""
        row = self._goal_row(scenario, measure)
        return 0 if row is None else int(row["replications"])

    def share_met_interval(self, scenario: str, measure: str) -> tuple[float, float]:
        """Return the exact 95% interval of the share of replications in which a goal is met; NaN if it is not known."""
        row = self._goal_row(scenario, measure)
        return (math.nan, math.nan) if row is None else (float(row["ci_low"]), float(row["ci_high"]))

    def judged(self, scenario: str, measure: str) -> GoalVerdict | None:
        """Return how sure it is that a scenario meets a goal; None if that is not known."""
        row = self._goal_row(scenario, measure)
        if row is None or not math.isfinite(row["estimate"]):
            return None
        return GoalVerdict(row["verdict"], float(row["estimate"]), float(row["low"]), float(row["high"]))

    def all_goals_met(self, scenario: str) -> dict[str, Any] | None:
        """Return in what share of replications all goals are met at once, with its interval; None if not known."""
        table = self.results.all_goals
        row = table[table["scenario"] == scenario]
        return None if row.empty or not row["replications"].iloc[0] else dict(row.iloc[0])

    def _goal_row(self, scenario: str, measure: str) -> pd.Series | None:
        goals = self.results.goals
        row = goals[(goals["scenario"] == scenario) & (goals["measure"] == measure)]
        return row.iloc[0] if len(row) else None

    def goal(self, measure: str) -> Goal | None:
        """Return the target of a measure."""
        return self.experiment.goals.get(measure)

    def goal_in_words(self, measure: str) -> str:
        """Return the target of a measure in words ("at most 50"); empty if there is none."""
        goal = self.goal(measure)
        return "" if goal is None else f"{self.limit_in_words(measure)} {goal.often_in_words}".rstrip()

    def limit_in_words(self, measure: str) -> str:
        """Return the limit of a goal in words ("at most 50"), without in what share of years it is to be met."""
        goal = self.experiment.goals[measure]
        return f"{goal.side} {self._limit_in_words(goal, measure)}"

    def target_line(self, measure: str) -> Level | None:
        """Return where the target of a measure lies in a figure, and what is written there; None if there is none."""
        goal = self.goal(measure)
        return None if goal is None else Level(goal.limit, f"goal: {self._limit_in_words(goal, measure)}")

    def _limit_in_words(self, goal: Goal, measure: str) -> str:
        return labels.number(goal.limit, self.unit_of(measure)).removesuffix(".0")

    @property
    def axis_note(self) -> str:
        """What follows the name of the headline measure on an axis of differences."""
        return ", percentage points" if self.unit == "share" else ""

    @cached_property
    def replications(self) -> int:
        """How many replications a scenario has, at most."""
        table = self.results.replications
        return int(table.groupby("scenario")["replication"].nunique().max()) if len(table) else 0

    @cached_property
    def ranked(self) -> list[str]:
        """The scenarios other than the baseline, the best in the headline measure first; those without it last."""
        others = [name for name in self.scenarios if name != self.baseline]
        sign = self.better or -1

        def place(name: str) -> float:
            mean = self.mean(name, self.headline)["mean"]
            return -sign * mean if math.isfinite(mean) else math.inf

        return sorted(others, key=place)

    @cached_property
    def best(self) -> str | None:
        """The scenario that is best in the headline measure, the baseline aside; None if there is none."""
        found = [name for name in self.ranked if math.isfinite(self.mean(name, self.headline)["mean"])]
        return found[0] if found else None

    @cached_property
    def shown(self) -> list[str]:
        """The ranked scenarios that a page has room for: all, or as many from either end."""
        names = self.ranked
        if len(names) <= 2 * AT_EACH_END + 1:
            return names
        return names[:AT_EACH_END] + names[-AT_EACH_END:]

    @property
    def hidden(self) -> int:
        """How many scenarios there are that the page does not show."""
        return len(self.ranked) - len(self.shown)

    def singles(self) -> list[str]:
        """Return the ranked scenarios that put exactly one intervention in place."""
        return [name for name in self.ranked if len(self.scenarios[name].intervention_names) == 1]

    def factor_title(self, factor: str) -> str:
        """Return a factor of a design in words: an intervention, an axis, or a name that the experiment gave it."""
        for scenario in self.results.scenarios:
            if [name for name, level in scenario.levels.items() if level is True] == [factor]:
                return scenario.title
            if factor in scenario.config.interventions:
                return scenario.config.interventions[factor].intervention.title
        if "." in factor:
            return labels.path_label(factor, self.pools)
        return factor.replace("_", " ").capitalize()

    @cached_property
    def axes(self) -> list[str]:
        """The axes of a grid or of a sample: what its scenarios have numbers for."""
        names = dict.fromkeys(axis for scenario in self.results.scenarios for axis in scenario.levels)
        return [axis for axis in names if not any(isinstance(v, bool) for v in self._levels(axis))]

    def axis_value(self, scenario: Scenario, axis: str) -> float:
        """Return where a scenario lies on an axis: the setting, or what the design calls it; NaN if no number."""
        try:
            found = value_at(scenario.config, axis)
        except KeyError:
            found = None
        value = scenario.levels[axis] if found is None else found
        return float(value) if isinstance(value, int | float) else math.nan

    def points(self) -> list[Scenario]:
        """Return the scenarios that lie on all axes."""
        return [s for s in self.results.scenarios if self.axes and all(axis in s.levels for axis in self.axes)]

    def _levels(self, axis: str) -> list[Any]:
        return [s.levels[axis] for s in self.results.scenarios if axis in s.levels]

    def _measured(self, names: Sequence[str]) -> list[str]:
        there = set(self.results.summary["measure"])
        return [name for name in names if name in there]


def settings_of(config: CityConfig) -> dict[str, Any]:
    """Return the settings of a city by dotted path, without what is changed on top of them."""
    data = config.model_dump(mode="json", by_alias=True, round_trip=True)
    return leaves({key: value for key, value in data.items() if key not in ("interventions", "changes")})


def _rows(table: pd.DataFrame, columns: Iterable[str]) -> dict[tuple[str, str], dict[str, Any]]:
    columns = list(columns)
    return {
        (scenario, measure): dict(zip(columns, values, strict=True))
        for scenario, measure, *values in table[["scenario", "measure", *columns]].itertuples(index=False, name=None)
    }
