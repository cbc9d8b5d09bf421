"""A team whose hours go over midnight: both engines agree, and it works at night alone."""

import numpy as np

import flowsim


def test_a_team_of_the_night_works_from_20_to_6(tiny_city):
    nights = [
        {"path": "calendars.discharge_team.from_hour", "set": 20},
        {"path": "calendars.discharge_team.to_hour", "set": 6},
    ]
    city = flowsim.load_config(tiny_city).with_changes(nights)
    compiled, reference = (flowsim.simulate(city, engine=engine) for engine in ("compiled", "simpy"))
    assert compiled.log.equals(reference.log)
    hours = compiled.network.calendars["discharge_team"]
    # The run begins on a Saturday, into which the night of Friday goes on.
    assert [hours.is_open(day) for day in (0.1, 0.3, 0.9, 2.5, 2.9, 3.1, 3.5)] == [
        True,
        False,
        False,
        False,
        True,
        True,
        False,
    ]
    names = [activity.name for activity in compiled.network.activities]
    numbers = [number for number, name in enumerate(names) if name.startswith("assessment_")]
    started = compiled.log.started[np.isin(compiled.log.activity, numbers) & np.isfinite(compiled.log.started)]
    assert started.size > 20
    hour = started % 1 * 24
    assert np.all((hour >= 20 - 1e-4) | (hour < 6))
