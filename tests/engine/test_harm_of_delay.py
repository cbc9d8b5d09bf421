"""Harm of delay as a curve, worked by hand: on the way on, on return, and on death."""

import numpy as np
import pytest
from small_networks import LEAVE, journey, network, people, units

from flowsim.engine.rules import goes_then, pieces
from flowsim.model.harm import Harm
from flowsim.model.network import Activity, Branch, Death, DeathByDelay, Readmission

UNTIL = 200.0
FASTER_FIRST = Harm(((0.0, 0.125), (2.0, 0.0625)))


NO_HARM = Harm()


def delayed(harm=NO_HARM, **more):
    """People wait on the ward, are discharged and recover at home, and then something is decided."""
    return network(
        Activity("wait", "ward", "recover", duration="delay", stamp="ready"),
        Activity("recover", "home", Branch("u", "p", "care_home", "alone", harm), duration="rest", stamp="discharged"),
        Activity("care_home", "care_home", None),
        Activity("alone", "own_home", None),
        Activity("died", "dead", None),
        Activity("readmitted", "outside", None),
        **more,
    )


def test_days_add_by_how_long_the_delay_has_lasted(engine):
    """Three days: two at 0.125 and one at 0.0625 make 0.3125, on top of 0.25. One day makes 0.125."""
    cohort = people(0, 0, 0, 0, delay=[3, 3, 1, 1], rest=[9] * 4, u=[0.5624, 0.5625, 0.3749, 0.375], p=[0.25] * 4)
    log = engine(delayed(FASTER_FIRST), cohort, UNTIL)
    assert [journey(delayed(), log, s)[-1][0] for s in range(4)] == ["care_home", "alone", "care_home", "alone"]


def test_harm_may_begin_after_some_days(engine):
    net = delayed(Harm(((2.0, 0.25),)))
    cohort = people(0, 0, 0, delay=[2, 3, 3], rest=[9] * 3, u=[0.0, 0.249, 0.25], p=[0.0] * 3)
    log = engine(net, cohort, UNTIL)
    assert [journey(net, log, s)[-1][0] for s in range(3)] == ["alone", "care_home", "alone"]


def test_one_piece_is_a_straight_line_to_the_last_bit():
    rng = np.random.default_rng(1)
    for p, share, days in rng.random((200, 3)) * [1.0, 0.01, 90.0]:
        edge = p + share * days
        for u in (np.nextafter(edge, 0.0), edge, np.nextafter(edge, 2.0)):
            assert goes_then(u, p, days, *pieces(Harm.per_day(share))) == (u < p + share * days)
            assert goes_then(u, p, days, *pieces(Harm())) == (u < p)


def test_a_return_is_more_likely_by_the_same_curve(engine):
    back = Readmission("u", "p", "gap", "time", "readmitted", FASTER_FIRST)
    net = delayed(readmission=back)
    columns = {"gap": [2] * 4, "time": [0.5] * 4, "u": [0.5624, 0.5625, 1, 1], "p": [0.25] * 4}
    cohort = people(0, 0, None, None, child={0: 2, 1: 3}, delay=[3] * 4, rest=[9] * 4, **columns)
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 0)[-1] == ("readmitted", 5.5, 5.5, 5.5)
    assert journey(net, log, 1)[-1][0] == "alone"


def mortal(harm=FASTER_FIRST, **more):
    return delayed(death=Death("death", "died", DeathByDelay("w", "sooner", harm)), **more)


def test_delay_brings_death_forward(engine):
    """0.3125 of those with three delayed days die after the days of the column, unless they die before."""
    columns = {"w": [0.3124, 0.3125, 0.3124, 0.0], "death": [90, 90, 4, 90], "sooner": [5] * 4}
    cohort = people(0, 0, 0, 0, delay=[3, 3, 3, 0], rest=[9] * 4, u=[1] * 4, p=[0] * 4, **columns)
    net = mortal()
    log = engine(net, cohort, UNTIL)
    assert [journey(net, log, s)[-1][:2] for s in range(4)] == [("died", 8), ("alone", 12), ("died", 4), ("alone", 9)]


def test_who_dies_of_delay_frees_the_slot_and_does_not_come_back(engine):
    slot = Activity("slot", "ward", "recover", pool="slots", holds="next_place")
    base = mortal(readmission=Readmission("u", "p", "gap", "time", "readmitted"))
    wait = Activity("wait", "ward", "slot", duration="delay", stamp="ready")
    net = network(
        wait, slot, *base.activities[1:], LEAVE,
        pools=[units("slots", 1)], death=base.death, readmission=base.readmission,
    )  # fmt: skip
    columns = {"w": [0, 1, 1], "death": [90] * 3, "sooner": [5] * 3, "gap": [6] * 3, "time": [0] * 3}
    cohort = people(0, 0, None, child={0: 2}, delay=[3] * 3, rest=[20] * 3, u=[0.5, 1, 1], p=[0.9, 0, 0], **columns)
    log = engine(net, cohort, UNTIL)
    assert journey(net, log, 0)[-1] == ("died", 8, 8, 8)  # on day 9 they would have come back
    assert journey(net, log, 1)[1] == ("slot", 3, 8, 8)
    assert journey(net, log, 2) == []


@pytest.mark.parametrize("wrong", [((-1.0, 0.1),), ((3.0, 0.1), (3.0, 0.2)), ((3.0, 0.1), (1.0, 0.2))])
def test_pieces_that_are_not_in_order_are_refused(wrong):
    with pytest.raises(ValueError, match="rising days of 0 or more"):
        Harm(wrong)
