"""The compiled engine equals the SimPy engine to the last bit, on networks that are full of ties."""

import datetime as dt

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from flowsim.engine import compiled_engine, simpy_engine
from flowsim.engine.standstill import Standstill
from flowsim.model.calendar import Calendar
from flowsim.model.clock import to_grid
from flowsim.model.cohort import Cohort
from flowsim.model.harm import Harm
from flowsim.model.network import (
    Activity,
    AnyOf,
    Branch,
    Death,
    DeathByDelay,
    Look,
    Network,
    Place,
    Pool,
    Readmission,
    Surge,
    Switch,
    Visits,
)
from flowsim.model.pace import Pace
from flowsim.run.events import events_table

QUARTER = 0.25  # all times are quarters of a day, so that ties are the rule
UNTIL = 8.0
COLUMNS = ("d0", "d1", "d2")
RETURN = ("u", "p", "gap", "time_of_day", "readmitted")


def quarters(least, most):
    return st.integers(round(least / QUARTER), round(most / QUARTER)).map(lambda n: n * QUARTER)


@st.composite
def calendars(draw):
    edges = sorted(draw(st.sets(quarters(0, UNTIL + 2), min_size=2, max_size=12)))
    edges = edges[: len(edges) // 2 * 2]
    return Calendar.from_intervals(edges[::2], edges[1::2])


@st.composite
def surges(draw):
    steps = [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(draw(st.sampled_from([0, 0, 1, 2, 3])))]
    return tuple(Surge(above=until + more, until=until, units=draw(st.integers(0, 2))) for until, more in steps)


@st.composite
def pools(draw, index):
    surge = draw(surges())
    changes = tuple((at, draw(surges())) for at in sorted(draw(st.sets(quarters(QUARTER, UNTIL), max_size=3))))
    kind = draw(st.sampled_from(["units", "units", "vacancies", "visits"]))
    if kind == "vacancies":
        return Pool(
            f"pool{index}", "vacancies", stock_limit=draw(st.integers(1, 3)), surge=surge, surge_changes=changes
        )
    times = sorted(draw(st.sets(quarters(QUARTER, UNTIL), max_size=3)))
    least = 4 if kind == "visits" else 1  # at some time there is enough for anybody
    units = [draw(st.one_of(st.just(0), st.integers(0, 3))) for _ in times]  # often it is closed
    units.insert(draw(st.integers(0, len(times))), draw(st.integers(least, 5)))
    steps = tuple(zip([0.0, *times], units, strict=True))
    return Pool(f"pool{index}", kind, capacity=steps, surge=surge, surge_changes=changes)


@st.composite
def visits(draw):
    last = draw(st.integers(0, 2))
    return Visits(first=last + draw(st.integers(0, 2)), last=last, days=draw(st.sampled_from(COLUMNS)))


@st.composite
def harms(draw):
    days = sorted(draw(st.sets(quarters(0, 2), max_size=3)))
    return Harm(tuple((day, draw(st.sampled_from([0.0, 0.125, 0.5]))) for day in days))


@st.composite
def paces(draw):
    """A pace whose steps fall on and between the ends of what goes on."""
    times = sorted(draw(st.sets(quarters(QUARTER, UNTIL), max_size=3)))
    speeds = st.sampled_from([0.5, 0.7, 1.0, 1.0, 2.0, 1.0 / 0.3])
    return Pace(tuple((at, draw(speeds)) for at in [0.0, *times]))


@st.composite
def requests(draw, targets, pool_of):
    """An activity among the targets that are allowed, or any of several that need different pools."""
    of_pools = {pool_of[name]: name for name in draw(st.permutations(targets)) if pool_of.get(name)}
    several = tuple(of_pools.values())[: draw(st.integers(2, 3))]
    return AnyOf(several) if len(several) > 1 and draw(st.booleans()) else draw(st.sampled_from(targets))


@st.composite
def next_steps(draw, targets, pool_of, n_pools):
    """A request, a switch, a branch or a look among the targets that are allowed."""
    pick = requests(targets, pool_of)
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return Switch("flag", (draw(pick), draw(pick)))
    if kind == 1:
        return Branch("u", "p", draw(pick), Switch("flag", (draw(pick), draw(pick))), draw(harms()))
    if kind == 2:
        another = Branch("u", "p", draw(pick), Look("pool0", draw(pick), draw(pick), draw(st.none() | st.just(0))))
        return Look(
            f"pool{draw(st.integers(0, n_pools - 1))}", draw(pick), another, draw(st.none() | st.integers(0, 2))
        )
    return draw(pick)


@st.composite
def networks(draw):
    sooner = st.builds(lambda harm: DeathByDelay("w", "positive", harm), harms())
    n_pools, n_places, n = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(2, 6))
    of = {pool.name: pool for pool in (draw(pools(i)) for i in range(n_pools))}
    speeds = {f"pace{i}": draw(paces()) for i in range(draw(st.integers(0, 2)))}
    hours = {f"hours{i}": draw(calendars()) for i in range(draw(st.integers(0, 2)))}
    names = [f"activity{i}" for i in range(n)]
    pool_of = {name: draw(st.sampled_from([None, *of])) for name in names} | {"out_by_pool": "pool0"}
    activities = []
    for i, name in enumerate(names):
        duration = draw(st.sampled_from([None, *COLUMNS, "positive"]))
        calendar = draw(st.sampled_from([None, *hours]))
        clocks = ["elapsed", "since_admission"] + (["working"] if calendar else [])
        clock = draw(st.sampled_from(clocks))
        pool = pool_of[name]
        onwards = [*names[i + 1 :], "out", "out_by_pool"]
        of_visits = pool is not None and of[pool].kind == "visits"
        # Only an activity that takes time may lead back: a cycle of zero length has no end.
        leads_back = duration == "positive" and clock == "elapsed"
        patient = pool is not None and draw(st.booleans())
        escalates = pool is not None and draw(st.booleans())
        activities.append(
            Activity(
                name,
                place=f"place{draw(st.integers(0, n_places - 1))}",
                next=draw(next_steps(names + onwards if leads_back else onwards, pool_of, n_pools)),
                pool=pool,
                holds=draw(st.sampled_from(["activity", "place", "next_place"])),
                visits=draw(visits()) if of_visits else None,
                duration=duration,
                clock=clock,
                pace=None if clock == "working" or of_visits else draw(st.sampled_from([None, *speeds])),
                calendar=calendar,
                priority=draw(st.sampled_from([None, "priority"])),
                patience="patience" if patient else None,
                otherwise=draw(st.sampled_from(onwards)) if patient else None,
                escalates_after=draw(quarters(0, 1)) if escalates else None,
                escalates_to=float(draw(st.integers(-1, 2))),
                stamp=draw(st.sampled_from([None, "admitted", "ready", "discharged"])),
            )
        )
    return Network(
        places=(
            *(Place(f"place{i}", draw(st.sampled_from(["acute", "care_home"]))) for i in range(n_places)),
            Place("gone", "elsewhere"),
        ),
        pools=tuple(of.values()),
        activities=(
            *activities,
            Activity("out", "place0", None, stamp=draw(st.sampled_from([None, "discharged"]))),
            Activity(
                "out_by_pool",
                "gone",
                None,
                pool="pool0",
                holds=draw(st.sampled_from(["activity", "place"])),
                visits=draw(visits()) if of["pool0"].kind == "visits" else None,
            ),
            Activity("died", "gone", None),
            Activity("readmitted", "gone", None),
        ),
        entries=(names[0], names[-1]),
        calendars=hours,
        death=draw(st.none() | st.builds(Death, st.just("death"), st.just("died"), st.none() | sooner)),
        readmission=draw(
            st.none()
            | st.builds(
                lambda harm, resident: Readmission(*RETURN, harm, resident), harms(), st.sampled_from([None, "flag"])
            )
        ),
        paces=speeds,
    )


@st.composite
def cohorts(draw, network):
    n, children = draw(st.integers(1, 14)), draw(st.integers(0, 4))
    rows = n + children

    def column(values):
        return np.array(draw(st.lists(values, min_size=rows, max_size=rows)))

    arrival = np.r_[column(quarters(0, 5))[:n], np.full(children, np.nan)]
    child = np.full(rows, -1, dtype=np.int32)
    parents = draw(st.permutations(range(n)))[:children]
    child[np.array(parents, dtype=int)] = np.arange(n, n + len(parents))
    columns = {name: to_grid(column(quarters(0, 1.5))) for name in COLUMNS}
    columns |= {
        "positive": column(quarters(QUARTER, 1)),
        "patience": column(st.one_of(st.just(0.0), st.just(np.inf), quarters(0, 1))),
        "priority": column(st.integers(0, 2)).astype(float),
        "flag": column(st.integers(0, 1)).astype(np.int32),
        "entry": column(st.integers(0, 1)).astype(np.int32),
        "u": column(quarters(0, 0.75)),
        "p": column(quarters(0, 1)),
        "gap": column(st.integers(1, 2)).astype(float),
        "time_of_day": column(quarters(0, 0.75)),
        "w": column(quarters(0, 0.75)),
        "death": column(st.one_of(st.just(np.inf), quarters(QUARTER, 6))),
    }
    times = st.lists(quarters(0, UNTIL), max_size=6).map(lambda t: np.array(sorted(t), dtype=float))
    vacancies = {p.name: draw(times) for p in network.pools if p.kind == "vacancies"}
    surge = {p.name: draw(times) for p in network.pools if p.kind == "vacancies" and any(p.surges)}
    steps = {
        name: np.array(draw(st.lists(st.integers(0, 2), min_size=of.size, max_size=of.size)), dtype=np.int32)
        for name, of in surge.items()
    }
    in_service = column(st.booleans()).astype(np.bool_) if draw(st.booleans()) else None
    return Cohort(arrival, child, columns, vacancies, surge, in_service, steps)


def outcome(engine, network, cohort, until=UNTIL):
    """The log, and None; or None, and the text of the error in which a standstill ends."""
    try:
        return engine.run(network, cohort, until), None
    except Standstill as error:
        return None, str(error)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_engines_agree_on_random_networks(data):
    network = data.draw(networks())
    cohort = data.draw(cohorts(network))
    (by_simpy, standstill), (compiled, compiled_standstill) = (
        outcome(engine, network, cohort) for engine in (simpy_engine, compiled_engine)
    )
    assert compiled_standstill == standstill
    if by_simpy is not None:
        assert compiled.equals(by_simpy), "\n".join(
            events_table(network, cohort, log, dt.date(2016, 10, 1)).to_string() for log in (by_simpy, compiled)
        )


@st.composite
def crossings(draw):
    """Wards between which people move while they hold their bed: full of circles, with and without a way out."""
    n = draw(st.integers(1, 3))
    step = st.builds(lambda until, more: Surge(until + more, until, 1), st.integers(0, 1), st.integers(0, 2))
    surges = st.lists(step, max_size=2).map(tuple)
    wards = tuple(
        Pool(
            f"ward{i}",
            capacity=(
                (0.0, draw(st.integers(1, 2))),
                *([(draw(quarters(1, 12)), draw(st.integers(0, 2)))] * draw(st.booleans())),
            ),
            surge=draw(surges),
        )
        for i in range(n)
    )
    on_to = {ward.name: f"{ward.name}_1" for ward in wards}
    moves = st.sampled_from([*on_to.values(), "out"])
    if n > 1:
        moves = moves | st.permutations([*on_to.values()]).map(lambda names: AnyOf(tuple(names[:2])))
    seen = st.sampled_from([ward.name for ward in wards])
    moves = moves | st.builds(Look, seen, moves, moves, st.none() | st.integers(0, 1))
    activities = [
        Activity(
            f"{here.name}_{i}",
            place=f"{here.name}_{i % 2}",
            next=draw(moves) if i == 0 else "out",
            pool=here.name,
            holds="place",
            duration="positive",
            patience="patience" if (patient := draw(st.integers(0, 3)) == 0) else None,
            otherwise="out" if patient else None,
        )
        for here in wards
        for i in range(2)
    ]
    return Network(
        places=(*(Place(f"{ward.name}_{i}", "acute") for ward in wards for i in range(2)), Place("gone", "elsewhere")),
        pools=wards,
        activities=(*activities, Activity("out", "gone", None), Activity("died", "gone", None)),
        entries=(activities[0].name, activities[-2].name),
        death=draw(st.sampled_from([None, None, Death("death", "died")])),
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_engines_agree_on_circles(data):
    network = data.draw(crossings())
    cohort = data.draw(cohorts(network))
    (by_simpy, standstill), (compiled, compiled_standstill) = (
        outcome(engine, network, cohort) for engine in (simpy_engine, compiled_engine)
    )
    event("a standstill" if standstill else "no standstill")
    assert compiled_standstill == standstill
    assert by_simpy is None or compiled.equals(by_simpy)
    # In a run that goes on until all patience, deaths and changes are over, nobody waits for anything but a circle or a
    # ward that is closed for good; and what was a circle before is one still.
    later, still = outcome(compiled_engine, network, cohort, 10 * UNTIL)
    assert still or not standstill
    if later is not None and all(ward.capacity[-1][1] > 0 for ward in network.pools):
        assert not np.isnan(later.ended).any()
