"""Schema of an experiment file."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from flowsim.config.intervention_schema import Change
from flowsim.config.types import Positive, Probability, Section, Unit
from flowsim.experiment.scenario import BASELINE, SCENARIO_NAME

SCENARIOS_AT_MOST = 1000

Replications = Annotated[int, Field(ge=1, le=100_000), Unit("replications")]


def _usable(name: str) -> str:
    if not SCENARIO_NAME.fullmatch(name):
        raise ValueError("a name must hold only letters, digits and _ + - = . (put the rest into the title)")
    return name


def _plain(name: str) -> str:
    if not SCENARIO_NAME.fullmatch(name) or "+" in name or "=" in name:
        raise ValueError("a name must hold only letters, digits and _ - . (put the rest into the title)")
    return name


Name = Annotated[str, AfterValidator(_usable)]
PartOfName = Annotated[str, AfterValidator(_plain)]


class Use(Section):
    """An intervention that is put in place, how far and from when on."""

    name: str
    """The intervention: the name of its file, without `.yaml`."""
    coverage: Probability | None = None
    """How far it reaches; everybody if neither this nor `maturity` is given."""
    maturity: str | None = None
    """How far it reaches, by a level of the maturity file."""
    from_date: dt.date | None = None
    """When it begins; before the run if left out."""
    ramp_days: Annotated[int, Field(ge=0, le=36_500), Unit("days")] = 0
    """How long it takes from then on until it reaches as far as it does."""


class Ingredients(Section):
    """What makes a scenario, or a factor of a design: interventions, changes, or both."""

    title: str = ""
    """For people."""
    interventions: list[str | Use] = Field(default_factory=list)
    """Those that are put in place, in this order."""
    changes: list[Change] = Field(default_factory=list)
    """Changes to the base."""


class NamedScenario(Ingredients):
    """A scenario that is named by hand."""

    name: Name
    """Unique in the experiment."""


class Factor(Ingredients):
    """Something that a design puts in place or leaves out as a whole."""

    name: PartOfName
    """Unique in the design."""


class _Design(Section):
    scenarios_at_most: Annotated[int, Field(ge=1, le=1_000_000), Unit("scenarios")] = SCENARIOS_AT_MOST
    """A design of more scenarios is refused."""


Factors = Annotated[list[str | Factor], Field(min_length=1)]


class OneAtATime(_Design):
    """Each factor alone."""

    kind: Literal["one_at_a_time"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""
    all_together: bool = False
    """Whether to add all of them together."""
    all_but_one: bool = False
    """Whether to add all of them without each."""


class Factorial(_Design):
    """Every combination of the factors, none among them: 2^k."""

    kind: Literal["factorial"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""


class _Axis(Section):
    path: str | Annotated[list[str], Field(min_length=1)]
    """Dotted path of the setting, or of several that move together."""
    name: PartOfName | None = None
    """What to call it in names of scenarios; by default the last part of the path."""

    @property
    def paths(self) -> list[str]:
        """All that move together."""
        return [self.path] if isinstance(self.path, str) else self.path

    @property
    def short(self) -> str:
        """What to call it in names of scenarios."""
        return self.name or self.paths[0].rpartition(".")[2]

    @property
    def level(self) -> str:
        """What to call it among the levels of a scenario."""
        return self.name or self.paths[0]


class GridAxis(_Axis):
    """A setting and the values that it takes: one of `set` (values), `scale` (factors) and `add` (numbers)."""

    set: Annotated[list[Any], Field(min_length=1)] | None = None
    """Values."""
    scale: Annotated[list[float], Field(min_length=1)] | None = None
    """Factors by which the base is multiplied."""
    add: Annotated[list[float], Field(min_length=1)] | None = None
    """Numbers that are added to the base."""

    @model_validator(mode="after")
    def _one_operation(self) -> GridAxis:
        if sum(values is not None for values in (self.set, self.scale, self.add)) != 1:
            raise ValueError("an axis has a path and exactly one of set, scale and add")
        twice = next((value for value in self.values if self.values.count(value) > 1), None)
        if twice is not None:
            raise ValueError(f"{self.operation}: {twice} is given twice")
        return self

    @property
    def operation(self) -> str:
        """One of `set`, `scale` and `add`."""
        return next(name for name in ("set", "scale", "add") if getattr(self, name) is not None)

    @property
    def values(self) -> list[Any]:
        """What it takes."""
        return getattr(self, self.operation)


class Grid(_Design):
    """Every combination of the values of the axes."""

    kind: Literal["grid"]
    """Kind of the design."""
    axes: Annotated[list[GridAxis], Field(min_length=1)]
    """The axes."""


class Range(_Axis):
    """A setting that takes any value between two; a whole number if it is one in the base."""

    from_: Annotated[float, Field(alias="from")]
    """The lowest value."""
    to: float
    """The highest value."""
    operation: ClassVar[str] = "set"

    @property
    def values(self) -> list[float]:
        """The two ends."""
        return [self.from_, self.to]

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.from_ >= self.to:
            raise ValueError(f"from ({self.from_:g}) must be below to ({self.to:g})")
        return self


class LatinHypercube(_Design):
    """Points that are spread evenly over the ranges of all axes."""

    kind: Literal["latin_hypercube"]
    """Kind of the design."""
    axes: Annotated[list[Range], Field(min_length=1)]
    """The axes."""
    samples: Annotated[int, Field(ge=1, le=1_000_000), Unit("scenarios")]
    """How many points."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of the points; another one than that of the patients."""


class BestNext(_Design):
    """Step by step, that factor is added which helps most."""

    kind: Literal["best_next"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""
    measure: str
    """What it is to help."""
    better: Literal["lower", "higher"] | None = None
    """Which way is better; by default as people see the measure."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """How many factors to add; all of them if left out."""


DesignOf = Annotated[OneAtATime | Factorial | Grid | LatinHypercube | BestNext, Field(discriminator="kind")]


class PrecisionWanted(Section):
    """Replications until every difference from the baseline is sure enough."""

    measure: str
    """The measure that is to be sure."""
    half_width: Positive
    """Of the 95% intervals, in the unit of the measure."""
    at_least: Annotated[Replications, Field(ge=2)] = 5
    """Replications to begin with."""
    at_most: Replications
    """Replications after which it stops even if it is not sure enough."""


class GoalWanted(Section):
    """What a measure is to reach: at most or at least a value."""

    at_most: float | None = None
    """The highest value that meets it."""
    at_least: float | None = None
    """The lowest value that meets it."""
    source: str = ""
    """Who says so."""

    @model_validator(mode="after")
    def _one_bound(self) -> GoalWanted:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a target has either at_most or at_least")
        return self


class ExperimentFile(Section):
    """A question, and how to answer it."""

    name: str
    """Title."""
    question: str = ""
    """What the experiment is to find out, in words."""
    base: str
    """Configuration file of the city, relative to this file."""
    ensemble: str | None = None
    """File of an ensemble of the base, relative to this file: every scenario is run over its members."""
    members: Annotated[int, Field(ge=2), Unit("cities")] | None = None
    """How many members of the ensemble to take, the first ones; by default so many that each has two replications."""
    changes: list[Change] = Field(default_factory=list)
    """Changes to the base that hold for every scenario."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Seed of all chance; by default the base's own."""
    replications: Replications | PrecisionWanted | None = None
    """How many with other patients each, or how sure; by default as many as the base says."""
    baseline: str = BASELINE
    """The scenario with which the others are compared."""
    measures: Annotated[list[str], Field(min_length=1)]
    """Headline measures; the first one ranks."""
    targets: dict[str, GoalWanted] = Field(default_factory=dict)
    """What is to be reached, by measure."""
    scenarios: list[NamedScenario] = Field(default_factory=list)
    """Scenarios that are named by hand."""
    design: DesignOf | None = None
    """Scenarios that are made by rule."""
