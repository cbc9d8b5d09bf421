"""Schema of the state at the start: who is where, when a run begins with today's people instead of a warm-up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flowsim.config.types import Section, Unit

People = Annotated[int, Field(ge=0, le=100_000), Unit("people")]


class InitialState(Section):
    """Who is there at the start.

    `in_service` counts, by pool, the people in the beds of the hospital (in assessment or treatment, not yet medically
    optimised), in Active Recovery and in intermediate care; their remaining stays are drawn as those of people met at a
    random moment. `waiting` counts, by pool, the people in a ward bed who are ready for transfer and wait for the
    discharge team, for a slot, a bed, a package or a care home; they are met at a random moment of the paperwork (the
    lag), after which they join the queue. Both may exceed capacity. Their ages are those of
    people of the stream `people_like` who come so far.
    """

    people_like: str
    """Stream whose people those present at the start are like."""
    in_service: dict[str, People] = Field(default_factory=dict)
    """People in each pool at the start."""
    waiting: dict[str, People] = Field(default_factory=dict)
    """People in a ward bed who wait for each pool at the start."""
