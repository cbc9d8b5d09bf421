"""Schema of the initial state: who is where, when a run begins with today's people instead of a warm-up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flowsim.config.types import Section, Unit

People = Annotated[int, Field(ge=0, le=100_000), Unit("people")]


class InitialState(Section):
    """Who is there at the start.

    `in_service` counts people by pool: in the beds of the hospital (in assessment or treatment, not yet medically
    optimised), in Active Recovery and in intermediate care. They are part-way through their stay. `waiting` counts, by
    pool, people in a ward bed who are ready for transfer and wait for the discharge team, a slot, a bed, a package or a
    care home. They start part-way through their referral (the lag), after which they join the queue. Both may exceed
    capacity. The people have the ages of those people of the stream `people_like` who come as far.
    """

    people_like: str
    """Stream whose people those present at the start are like."""
    in_service: dict[str, People] = Field(default_factory=dict)
    """People in each pool at the start."""
    waiting: dict[str, People] = Field(default_factory=dict)
    """People in a ward bed who wait for each pool at the start."""
