"""Networks that no engine could run are refused, with words that say why."""

import numpy as np
import pytest

from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Network, Place, Pool, Surge, Visits

PLACES = (Place("here", "home"),)


def network(*activities, pools=()):
    return Network(PLACES, pools, (*activities, Activity("leave", "here", None)), (activities[0].name,))


def test_a_cycle_that_takes_no_time_is_refused(engine):
    net = network(Activity("a", "here", "b"), Activity("b", "here", "a", duration="stay"))
    with pytest.raises(ValueError, match=r"for ever without time passing: (a -> b|b -> a)"):
        engine(net, Cohort.by_hand([0.0, 0.0], stay=[1.0, 0.0]), 9.0)


def test_a_cycle_in_which_time_passes_is_run(engine):
    net = network(Activity("a", "here", "b"), Activity("b", "here", "a", duration="stay"))
    log = engine(net, Cohort.by_hand([0.0], stay=[1.0]), 3.5)
    assert np.unique(log.requested).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_cycle_through_patience_that_lasts_no_time_is_refused(engine):
    wait = Activity("wait", "here", "leave", pool="beds", patience="patience", otherwise="again")
    net = network(wait, Activity("again", "here", "wait"), pools=(Pool("beds", capacity=((0.0, 1),)),))
    with pytest.raises(ValueError, match="without time passing"):
        engine(net, Cohort.by_hand([0.0], patience=[0.0]), 9.0)


@pytest.mark.parametrize(
    "pool",
    [
        Pool("beds"),
        Pool("beds", capacity=((0.0, 0), (3.0, 0))),
        Pool("beds", "vacancies"),
        Pool("beds", "visits"),
        Pool("beds", surge=(Surge(1, 0, 0),)),
        Pool("beds", surge=(Surge(1, 0, 5),)),  # a closed pool has no surge
    ],
)
def test_a_pool_that_can_never_serve_anybody_is_refused(pool):
    with pytest.raises(ValueError, match="'beds' can never serve anybody"):
        network(Activity("a", "here", "leave"), pools=(pool,))


def test_a_profile_of_visits_larger_than_any_day_is_refused():
    care = Activity("care", "here", "leave", "nurses", "place", Visits(5, 1, "stay"), duration="stay")
    with pytest.raises(ValueError, match="5 visits on the first day are more than the 4 that 'nurses' can make"):
        network(care, pools=(Pool("nurses", "visits", capacity=((0.0, 3), (7.0, 4))),))
