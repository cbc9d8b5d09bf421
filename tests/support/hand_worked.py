"""A small city and journeys written by hand, for the tests of measures."""

import datetime as dt
from types import SimpleNamespace

import numpy as np

from flowsim.config.city_schema import Attribution, DelayReason
from flowsim.config.cost_schema import PoolPrice
from flowsim.engine.log import JourneyLog
from flowsim.measures import catalogue
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.stays import Blocks, Stays
from flowsim.measures.window import Window
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Death, Network, Place, Pool

NAN = float("nan")
SATURDAY_1_OCTOBER = dt.date(2016, 10, 1)


def _activity(name, place, **rest):
    return Activity(name, place, rest.pop("next", "died"), **rest)


def _exit(name, place, **rest):
    return Activity(name, place, None, **rest)


CITY = Network(
    places=(
        Place("outside", "elsewhere"),
        Place("mau", "acute"),
        Place("amu", "acute"),
        Place("ward", "acute"),
        Place("step_down", "intermediate_care"),
        Place("reablement", "home"),
        Place("own_home", "home"),
        Place("nursing_home", "care_home"),
        Place("dead", "dead"),
        Place("elsewhere", "elsewhere"),
    ),
    pools=(
        Pool("mau_beds", capacity=((0.0, 5),)),
        Pool("amu_beds", capacity=((0.0, 5),)),
        Pool("ward_beds", capacity=((0.0, 10), (20.0, 30))),
        Pool("discharge_team", capacity=((0.0, 2),)),
        Pool("reablement", capacity=((0.0, 9),)),
        Pool("step_down", capacity=((0.0, 4),)),
        Pool("nursing", kind="vacancies", stock_limit=1),
    ),
    activities=(
        _activity("travel", "outside"),
        _activity("mau_assessment", "mau", pool="mau_beds", holds="place"),
        _activity("amu_assessment", "amu", pool="amu_beds", holds="place"),
        _exit("same_day_discharge", "own_home", stamp="discharged"),
        _activity("ward_treatment", "ward", pool="ward_beds", holds="place", stamp="admitted"),
        _activity("ready_for_transfer", "ward", stamp="ready"),
        _activity("assessment", "ward", pool="discharge_team", reason="assessment"),
        _activity("reserve_slot", "ward", pool="reablement", holds="next_place", reason="reablement_slot"),
        _activity("transport", "ward"),
        _activity("step_down_stay", "step_down", pool="step_down", holds="place", reason="step_down_bed",
                  stamp="discharged", tags=frozenset({"reablement"})),
        _activity("family_chooses", "step_down", reason="home_package"),
        _activity("vacancy_from_step_down", "step_down", pool="nursing", reason="step_down_bed"),
        _activity("reablement_stay", "reablement", stamp="discharged", tags=frozenset({"reablement"})),
        _activity("wait_for_homecare", "reablement", reason="home_package"),
        _exit("home", "own_home"),
        _exit("simple_discharge", "own_home", stamp="discharged"),
        _exit("enter_nursing_home", "nursing_home", pool="nursing", tags=frozenset({"care_home_admission"})),
        _exit("elsewhere", "elsewhere", tags=frozenset({"counted_elsewhere"})),
        _exit("died", "dead"),
        _exit("readmitted", "elsewhere"),
    ),
    entries=("travel",),
    death=Death("death_after", "died"),
)  # fmt: skip


def _reason(code, group, nhs, social_care, both):
    return DelayReason(code=code, group=group, attribution=Attribution(nhs=nhs, social_care=social_care, both=both))


REASONS = {
    "assessment": _reason("A", "pathway_allocation", 0.5, 0.25, 0.25),
    "step_down_bed": _reason("C", "bedded", 1.0, 0.0, 0.0),
    "reablement_slot": _reason("E", "home_support", 0.0, 1.0, 0.0),
    "home_package": _reason("E", "home_support", 0.0, 1.0, 0.0),
}


def journeys(rows, until=400.0, network=CITY):
    """A log of (spell, activity, requested, started, ended) in the order of the journeys."""
    spell, names, requested, started, ended = zip(*rows, strict=True) if rows else ((),) * 5
    return JourneyLog(
        np.array(spell, dtype=np.int32),
        np.array([network.activity_index(name) for name in names], dtype=np.int32),
        *(np.array(times, dtype=np.float64) for times in (requested, started, ended)),
        until,
    )


def people(n, child=None, **columns):
    """A cohort of n spells: nobody dies after discharge, all medically optimised on admission unless said."""
    made = {"death_after": np.full(n, np.inf), "stay_until_optimised": np.zeros(n)}
    made |= {name: np.asarray(values) for name, values in columns.items()}
    children = np.full(n, -1, dtype=np.int32)
    for parent, its_child in (child or {}).items():
        children[parent] = its_child
    return Cohort(np.zeros(n), children, made)


def read(log, cohort, network=CITY):
    """Blocks and stays of a log."""
    return Blocks.from_log(network, log), Stays.from_log(network, cohort, log)


def window(horizon, warm_up=0, start_date=SATURDAY_1_OCTOBER):
    return Window(start_date, warm_up, horizon)


def effective_city(horizon, warm_up=0, adults=100_000, prices=None):
    """What measures read of an effective city, without the rest of it."""
    streams = {"emergency": "non_elective", "step_up": "community"}
    config = SimpleNamespace(
        run=SimpleNamespace(start_date=SATURDAY_1_OCTOBER, warm_up_days=warm_up, horizon_days=horizon, seasons={}),
        population=SimpleNamespace(adults=adults),
        streams={name: SimpleNamespace(counts_as=kind) for name, kind in streams.items()},
        delay_reasons=REASONS,
        bank_holidays=SimpleNamespace(country="GB", subdivision="ENG"),
        services=SimpleNamespace(intermediate_care={"step_down": SimpleNamespace(in_the_return=True)}),
        outcomes=SimpleNamespace(at_home_91_months=[10, 11, 12], delayed_over=[], also_counted=[]),
        targets={},
        admission_avoidance={"virtual_ward": SimpleNamespace(gbp_each=50.0, nhs_share=1.0)},
        costs=SimpleNamespace(
            pools=prices or {"ward_beds": PoolPrice(gbp=100, per="used_day", nhs_share=0.75)},
            calendars={},
            delayed_acute_day_gbp=300.0,
        ),
    )
    pools = [SimpleNamespace(name=pool.name, calendar=None) for pool in CITY.pools]
    return SimpleNamespace(
        config=config,
        effective=config,
        pools=pools,
        coverages=lambda moments: [],
        starts_per_week=lambda pool: np.full(warm_up + horizon, 7.0),
    )


def counted(name, city, cohort, log, network=CITY):
    """The value of one measure."""
    row, which = catalogue.find(name)
    facts = RunFacts(city, network, cohort, log)
    if isinstance(row, catalogue.PoolMeasure):
        return float(row.count(facts, network.pool_index(which)))
    if isinstance(row, catalogue.ReasonMeasure):
        return float(row.count(facts, which))
    return float(row.count(facts, int(which)) if which else row.count(facts))
