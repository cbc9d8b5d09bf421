"""Schema of surge: extra capacity while many people wait, in one step or in several."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from flowsim.config.types import Positive, Section, Unit, Units, Waiting

MOST_STEPS = 20


class SurgeBeds(Section):
    """Extra units while many people wait. They open above one number of people waiting and close at another."""

    units: Units
    """Extra units while the surge is open."""
    opens_above: Waiting
    """It opens when more people than this wait."""
    closes_at: Waiting
    """It closes when this many people or fewer wait."""

    @property
    def size(self) -> int:
        """How much it adds: units, or visits a day."""
        return self.units

    @model_validator(mode="after")
    def _hysteresis(self) -> SurgeBeds:
        if self.closes_at > self.opens_above:
            raise ValueError(f"closes_at ({self.closes_at}) must not exceed opens_above ({self.opens_above})")
        return self


class SurgeStarts(Section):
    """Spot purchase: more starts a week while many wait."""

    starts_per_week: Annotated[Positive, Unit("starts a week")]
    """Extra starts while it is open."""
    opens_above: Waiting
    """It opens when more people than this wait."""
    closes_at: Waiting
    """It closes when this many people or fewer wait."""

    @property
    def size(self) -> float:
        """How much it adds: starts a week."""
        return self.starts_per_week

    @model_validator(mode="after")
    def _hysteresis(self) -> SurgeStarts:
        if self.closes_at > self.opens_above:
            raise ValueError(f"closes_at ({self.closes_at}) must not exceed opens_above ({self.opens_above})")
        return self


Step = TypeVar("Step", SurgeBeds, SurgeStarts)


def _rising(steps: list[Step]) -> list[Step]:
    for number, (before, after) in enumerate(pairwise(steps), 2):
        if after.opens_above <= before.opens_above:
            raise ValueError(
                f"step {number} opens above {after.opens_above} people waiting, but the step before it above "
                f"{before.opens_above}: each step must open above more than the one before"
            )
    return steps


def _form(written: Any) -> str:
    """Return whether a surge is written as a list of steps or as one step: the types of JSON, by which both go."""
    return "array" if isinstance(written, list | tuple) else "object"


InSteps = Annotated[
    Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS), AfterValidator(_rising), Tag("array")]
    | Annotated[Step, Tag("object")],
    Discriminator(_form),
]
"""A surge of one step, or a list of steps, each of which opens above more people waiting than the one before."""


def steps_of(surge: Step | list[Step] | None) -> tuple[Step, ...]:
    """Return the steps of a surge, in whichever way it is written; nothing if there is none."""
    if surge is None:
        return ()
    return tuple(surge) if isinstance(surge, list) else (surge,)
