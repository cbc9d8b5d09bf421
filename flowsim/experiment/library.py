"""The interventions that a city can choose from, and putting them in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from flowsim.config.change_schema import DATES
from flowsim.config.changes import changed, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Problem, dotted
from flowsim.config.intervention_schema import (
    DeployedIntervention,
    Intervention,
    intervention_files,
    load_intervention,
    load_maturity,
    no_folder,
)
from flowsim.config.load import locate
from flowsim.experiment.problems import Problems, blamed, in_short, located, unknown
from flowsim.experiment.scenario_schema import InterventionUse

FOLDER = "interventions"
OWN = "interventions"


class Library:
    """The interventions that an experiment can name: its own, and those in the folder next to its base.

    A file of the folder is read when it is named, so that a draft in it stops nobody who does not use it. An
    intervention of the experiment itself comes before one of the same name in the folder.

    Parameters
    ----------
    base_path : Path
        The file of the base.
    base : CityConfig
        The city that they are to fit.
    own : mapping of str to Intervention
        Those of the experiment itself, by name.
    problems : Problems
        Where to report what is wrong.
    """

    def __init__(self, base_path: Path, base: CityConfig, own: Mapping[str, Intervention], problems: Problems) -> None:
        self._folder = base_path.parent / FOLDER
        self._base, self._problems = base, problems
        self._own = {name: intervention.called(name) for name, intervention in own.items()}
        self._files = intervention_files(self._folder)
        self._read: dict[str, Intervention | None] = {}
        self._fits: dict[str, bool] = {}

    def notices(self) -> Iterator[str]:
        """Yield which interventions of the experiment are used instead of those of the folder."""
        for name in self._own:
            if name in self._files:
                yield f"interventions.{name}: this experiment's own is used, not that of {self._files[name]}."

    def title(self, name: str) -> str:
        """Return the title of an intervention; its name if there is none."""
        found = self._intervention(name)
        return found.title if found else name

    def place(self, use: InterventionUse, keys: Keys) -> DeployedIntervention | None:
        """Return an intervention put in place; report why, and return None, if it cannot be.

        Parameters
        ----------
        use : InterventionUse
            Which one, how far it reaches and from when.
        keys : tuple
            Where in the experiment it is named.
        """
        if use.name not in self._own and use.name not in self._files:
            self._report_unknown(use.name, keys)
            return None
        intervention = self._intervention(use.name)
        if intervention is None or not self._fits_the_base(use.name, intervention):
            return None
        if use.coverage is not None and use.maturity is not None:
            self._problems.report(keys, f"{use.name} has either a coverage or a maturity, not both")
            return None
        coverage = 1.0 if use.coverage is None else use.coverage
        if use.maturity is not None:
            levels = self._maturity
            if levels is None:
                return None
            if use.maturity not in levels:
                self._problems.report((*keys, "maturity"), unknown("level of maturity", use.maturity, levels))
                return None
            coverage = levels[use.maturity]
        data = {
            "intervention": intervention.model_dump(),
            "coverage": coverage,
            **use.model_dump(include=set(DATES)),
        }
        try:
            place = changed(self._base, {"interventions": {use.name: data}}).interventions[use.name]
        except ConfigError as error:
            for problem in error.problems:
                self._problems.report(keys, f"{use.name}: {problem.message}")
            return None
        return place

    def _report_unknown(self, name: str, keys: Keys) -> None:
        if not self._folder.is_dir() and not self._own:
            self._problems.keep(no_folder(self._folder))
            return
        self._problems.report(keys, unknown("intervention", name, [*self._own, *self._files]))

    def _intervention(self, name: str) -> Intervention | None:
        """Return an intervention; report once, and return None, if its file is not sound."""
        if name in self._own or name not in self._files:
            return self._own.get(name)
        if name not in self._read:
            try:
                self._read[name] = load_intervention(self._files[name])
            except ConfigError as error:
                self._problems.keep(*error.problems)
                self._read[name] = None
        return self._read[name]

    @cached_property
    def _maturity(self) -> dict[str, float] | None:
        """The coverage of each level of maturity; reported once, and None, if there is no sound file of them."""
        try:
            return load_maturity(self._folder)
        except ConfigError as error:
            self._problems.keep(*error.problems)
            return None

    def _fits_the_base(self, name: str, intervention: Intervention) -> bool:
        """Return whether an intervention at full effect fits the city; report once, where it stands, if it does not."""
        if name not in self._fits:
            changes = located(intervention.changes)
            try:
                with_changes(self._base, [change.change for change in changes])
            except ConfigError as error:
                for problem in error.problems:
                    keys = blamed(problem, changes) or ("changes",)
                    self._problems.keep(self._where_it_stands(name, keys, in_short(problem)))
                self._fits[name] = False
            else:
                self._fits[name] = True
        return self._fits[name]

    def _where_it_stands(self, name: str, keys: Keys, message: str) -> Problem:
        if name in self._own:
            here = (OWN, name, *keys)
            return Problem(*self._problems.where(here), dotted(here), NO_VALUE, message)
        return Problem(*locate(self._files[name], keys), dotted(keys), NO_VALUE, message)
