"""The log as a labelled table, worked by hand on a ward with one bed."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from small_networks import LEAVE, network, people, units

import flowsim
from flowsim.engine import simpy_engine
from flowsim.model.network import Activity, Death, Readmission
from flowsim.run.events import events_table

UNTIL = 12.0
WARD = network(
    Activity("treat", "ward", "home", pool="bed", holds="place", duration="stay", patience="patience",
             otherwise="elsewhere", reason="no_bed"),
    Activity("home", "home", "recover", stamp="discharged"),
    Activity("recover", "home", "leave", duration="rest"),
    LEAVE,
    Activity("elsewhere", "outside", None),
    Activity("died", "dead", None),
    Activity("readmitted", "outside", None),
    pools=[units("bed", 1)],
    death=Death("death_after", "died"),
    readmission=Readmission("u", "p", "gap", "time", "readmitted"),
)  # fmt: skip


@pytest.fixture(scope="module")
def events():
    """Six spells: 0 comes back as 5 while at home, 1 gives up, 2 dies in bed, 3 is in bed and 4 waits at the end."""
    inf = np.inf
    cohort = people(
        0.5, 1.0, 2.0, 11.0, 11.25, None,
        child={0: 5},
        stay=[2.0, 1.0, 9.0, 9.0, 1.0, 0.5],
        rest=[9.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        patience=[5.0, 0.75, 5.0, 5.0, 5.0, 5.0],
        death_after=[inf, inf, 1.5, inf, inf, inf],
        u=[0.25] * 6, p=[0.5] * 6, gap=[4.0] * 6, time=[0.25] * 6,
    )  # fmt: skip
    log = simpy_engine.run(WARD, cohort, UNTIL)
    return events_table(WARD, cohort, log, dt.date(2016, 10, 1))


def rows(events, spell, *columns):
    return [tuple(row) for row in events.loc[events["spell"] == spell, list(columns)].itertuples(index=False)]


def test_a_journey_has_its_activities_places_and_outcomes_in_order(events):
    assert rows(events, 5, "activity", "place", "outcome", "asked_day", "started_day", "ended_day") == [
        ("treat", "ward", "finished", 6.25, 6.25, 6.75),
        ("home", "home", "finished", 6.75, 6.75, 6.75),
        ("recover", "home", "finished", 6.75, 6.75, 7.75),
        ("leave", "outside", "left", 7.75, 7.75, 7.75),
    ]


def test_what_is_cut_short_says_by_what(events):
    assert rows(events, 0, "activity", "outcome") == [
        ("treat", "finished"),
        ("home", "finished"),
        ("recover", "readmitted"),  # on the fourth day after it was discharged on day 2
        ("readmitted", "left"),
    ]
    assert rows(events, 2, "activity", "outcome", "started_day", "ended_day") == [
        ("treat", "died", 2.5, 3.5),
        ("died", "left", 3.5, 3.5),
    ]


def test_who_waits_in_vain_or_still_waits_has_not_started(events):
    assert rows(events, 1, "activity", "outcome", "asked_day", "ended_day") == [
        ("treat", "gave up", 1.0, 1.75),
        ("elsewhere", "left", 1.75, 1.75),
    ]
    assert rows(events, 3, "activity", "outcome", "asked_day", "started_day") == [("treat", "under way", 11.0, 11.0)]
    assert rows(events, 4, "activity", "outcome", "asked_day") == [("treat", "waiting", 11.25)]
    unknown = events.set_index("spell")[["started_day", "ended_day", "started", "ended"]].isna()
    assert unknown.loc[1].iloc[0].tolist() == [True, False, True, False]
    assert unknown.loc[3].tolist() == [False, True, False, True]
    assert unknown.loc[4].tolist() == [True, True, True, True]


def test_days_are_dates_from_the_start(events):
    assert rows(events, 0, "asked", "started", "ended")[0] == (
        pd.Timestamp("2016-10-01 12:00"),
        pd.Timestamp("2016-10-01 12:00"),
        pd.Timestamp("2016-10-03 12:00"),
    )


def test_a_readmission_is_another_spell_of_the_same_person(events):
    assert events.drop_duplicates("spell")[["spell", "person"]].to_numpy().tolist() == [
        [0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 0],
    ]  # fmt: skip


def test_pools_and_reasons_are_named_and_missing_where_there_are_none(events):
    beds = events["activity"] == "treat"
    assert set(zip(events["pool"][beds], events["reason"][beds], strict=True)) == {("bed", "no_bed")}
    assert events.loc[~beds, ["pool", "reason"]].isna().all(axis=None)


def test_a_run_has_a_row_for_each_row_of_its_log(tiny_city):
    run = flowsim.simulate(flowsim.load_config(tiny_city))
    events = run.events()
    documented = [name for name in events if f"``{name}``" in type(run).events.__doc__]
    assert documented == list(events)
    assert len(events) == len(run.log)
    assert events["asked"].min() >= pd.Timestamp("2016-10-01")
    assert events.loc[events["outcome"] == "left"].groupby("spell").size().max() == 1
    family = events.groupby("person")["spell"].nunique()
    assert family.max() > 1
