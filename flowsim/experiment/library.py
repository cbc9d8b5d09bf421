"""The interventions that a city can choose from, and putting them in place."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from flowsim.config.change_schema import DATES
from flowsim.config.changes import changed, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Problem, dotted
from flowsim.config.intervention_schema import DeployedIntervention, load_interventions, load_maturity
from flowsim.config.load import locate
from flowsim.experiment.problems import Problems, blamed, in_short, located, unknown
from flowsim.experiment.scenario_schema import InterventionUse

FOLDER = "interventions"


class Library:
    """The interventions in the folder next to a base configuration.

    Parameters
    ----------
    base_path : Path
        The file of the base.
    base : CityConfig
        The city that they are to fit.
    problems : Problems
        Where to report what is wrong.

    Raises
    ------
    ConfigError
        If there is no such folder, or an intervention is not sound by itself.
    """

    def __init__(self, base_path: Path, base: CityConfig, problems: Problems) -> None:
        self._folder = base_path.parent / FOLDER
        self._base, self._problems = base, problems
        self._interventions = load_interventions(self._folder)
        self._fits: dict[str, bool] = {}

    def title(self, name: str) -> str:
        """Return the title of an intervention; its name if there is none."""
        return self._interventions[name].title if name in self._interventions else name

    def place(self, use: InterventionUse, keys: Keys) -> DeployedIntervention | None:
        """Return an intervention put in place; report why, and return None, if it cannot be.

        Parameters
        ----------
        use : InterventionUse
            Which one, how far it reaches and from when.
        keys : tuple
            Where in the experiment it is named.
        """
        if use.name not in self._interventions:
            self._problems.report(keys, unknown("intervention", use.name, self._interventions))
            return None
        if use.coverage is not None and use.maturity is not None:
            self._problems.report(keys, f"{use.name} has either a coverage or a maturity, not both")
            return None
        coverage = 1.0 if use.coverage is None else use.coverage
        if use.maturity is not None:
            if use.maturity not in self._maturity:
                levels = unknown("level of maturity", use.maturity, self._maturity)
                self._problems.report((*keys, "maturity"), levels)
                return None
            coverage = self._maturity[use.maturity]
        data = {
            "intervention": self._interventions[use.name].model_dump(),
            "coverage": coverage,
            **use.model_dump(include=set(DATES)),
        }
        try:
            place = changed(self._base, {"interventions": {use.name: data}}).interventions[use.name]
        except ConfigError as error:
            for problem in error.problems:
                self._problems.report(keys, f"{use.name}: {problem.message}")
            return None
        return place if self._fits_the_base(use.name) else None

    @cached_property
    def _maturity(self) -> dict[str, float]:
        return load_maturity(self._folder)

    def _fits_the_base(self, name: str) -> bool:
        """Return whether an intervention at full effect fits the city; report once, in its own file, if it does not."""
        if name not in self._fits:
            changes = located(self._interventions[name].changes)
            try:
                with_changes(self._base, [change.change for change in changes])
            except ConfigError as error:
                file = self._folder / f"{name}.yaml"
                for problem in error.problems:
                    keys = blamed(problem, changes) or ("changes",)
                    self._problems.keep(Problem(*locate(file, keys), dotted(keys), NO_VALUE, in_short(problem)))
                self._fits[name] = False
            else:
                self._fits[name] = True
        return self._fits[name]
