"""The engines against queueing theory: closed forms, a numerically solved Markov chain, exact recursions, Little.

A statistical test fixes its seed, computes the standard error of what it measures from batch means (40 batches, each
far longer than the queue remembers), and allows four standard errors: a right engine fails one such test in 16,000
with a new seed. That the error is small enough for the test to mean something is asserted as well.
"""

import heapq
import math

import numpy as np
import pytest
from replay import holdings, integral, waits
from small_networks import LEAVE, network, people, units

from flowsim.measures.flow import pool_usage
from flowsim.model.network import Activity, AnyOf, Pool

BATCHES = 40
STANDARD_ERRORS = 4.0
FOREVER = 1e7


def assert_close_to(theory: float, values: np.ndarray, sharpness: float) -> None:
    """Assert that the mean of a (correlated) series is what theory says, within its standard error."""
    batches = values[: values.size // BATCHES * BATCHES].reshape(BATCHES, -1).mean(axis=1)
    error = batches.std(ddof=1) / math.sqrt(BATCHES)
    assert error < sharpness * theory, f"a standard error of {error:.3g} is too large to test {theory:.4g}"
    assert abs(values.mean() - theory) < STANDARD_ERRORS * error, f"{values.mean():.5g}, but theory says {theory:.5g}"


def erlang_c(servers: int, load: float) -> float:
    """Return the chance of having to wait in M/M/c, with an offered load in Erlang."""
    below = sum(load**k / math.factorial(k) for k in range(servers))
    top = load**servers / math.factorial(servers) / (1 - load / servers)
    return top / (below + top)


def one_station(servers: int, **more):
    serve = Activity("serve", "station", "leave", pool="servers", holds="place", duration="service", **more)
    return network(serve, LEAVE, pools=[units("servers", servers)])


def waited(net, log, activity="serve") -> np.ndarray:
    """Return the waits for an activity, in the order of the spells."""
    rows = log.activity == net.activity_index(activity)
    return log.started[rows] - log.requested[rows]


@pytest.mark.parametrize(("servers", "utilisation"), [(1, 0.6), (3, 0.75), (6, 0.75)])
def test_waits_match_erlang_c(engine, servers, utilisation):
    rng = np.random.default_rng(servers)
    n, load = 60_000, servers * utilisation
    net = one_station(servers)
    log = engine(net, people(*rng.exponential(1 / load, n).cumsum(), service=rng.exponential(1, n)), FOREVER)
    wait = waited(net, log)
    must_wait = erlang_c(servers, load)
    assert_close_to(must_wait, wait > 0, sharpness=0.03)
    assert_close_to(must_wait / (servers - load), wait, sharpness=0.06)


def test_two_sites_of_one_bed_with_one_queue_are_one_site_of_two(engine):
    rng = np.random.default_rng(8)
    n, load = 60_000, 1.4
    sites = [Activity(f"at_{i}", f"site{i}", "leave", pool=f"site{i}", holds="place", duration="service") for i in "ab"]
    both = Activity("ask", "home", AnyOf(("at_a", "at_b")))
    net = network(both, *sites, LEAVE, pools=[units("sitea", 1), units("siteb", 1)])
    cohort = people(*rng.exponential(1 / load, n).cumsum(), service=rng.exponential(1, n))
    log = engine(net, cohort, FOREVER)
    served = np.isin(log.activity, [net.activity_index("at_a"), net.activity_index("at_b")])
    wait = log.started[served] - log.requested[served]
    assert wait.size == n
    assert_close_to(erlang_c(2, load), wait > 0, sharpness=0.03)
    assert_close_to(erlang_c(2, load) / (2 - load), wait, sharpness=0.06)
    one_site = waited(one_station(2), engine(one_station(2), cohort, FOREVER))
    assert np.array_equal(wait, one_site)  # each person waits exactly as long


@pytest.mark.parametrize("servers", [1, 4])
def test_every_wait_is_that_of_the_textbook_recursion(engine, servers):
    """First come, first served: each starts when they have come and the first server is free (Kiefer-Wolfowitz)."""
    rng = np.random.default_rng(2)
    n = 10_000
    # Eighths of a day, so that arrivals and departures often fall on one instant.
    arrival = np.sort(rng.integers(0, 4 * n // servers, n)) / 8
    service = rng.integers(0, 8, n) / 8
    net = one_station(servers)
    log = engine(net, people(*arrival, service=service), FOREVER)

    free_at = [0.0] * servers
    started = []
    for came, takes in zip(arrival, service, strict=True):
        started.append(max(came, heapq.heappop(free_at)))
        heapq.heappush(free_at, started[-1] + takes)
    assert np.array_equal(log.started[log.activity == 0], started)
    assert 0.3 < np.mean(np.array(started) > arrival) < 0.99  # there was a queue to speak of


def test_waits_with_fixed_service_match_pollaczek_khinchine(engine):
    """M/D/1: the mean wait is half that of M/M/1, rho / (2 (1 - rho)) service times."""
    rng = np.random.default_rng(3)
    n, rho = 60_000, 0.7
    net = one_station(1)
    log = engine(net, people(*rng.exponential(1 / rho, n).cumsum(), service=np.ones(n)), FOREVER)
    assert_close_to(rho / (2 * (1 - rho)), waited(net, log), sharpness=0.04)


@pytest.mark.parametrize("pool", ["servers", None])
def test_occupancy_without_waiting_is_poisson(engine, pool):
    """M/G/infinity, G uniform on (0, 4): Poisson with mean lambda times mean stay, so the variance is the mean.

    Nobody stays 4 days, so counts that are 4 days apart are independent: the standard error of their mean is
    sqrt(m / n), and that of their variance is sqrt((m + 2 m**2) / n) (the fourth central moment of a Poisson
    distribution is m + 3 m**2).
    """
    rng = np.random.default_rng(4)
    rate, stay, samples = 5.0, 2.0, 3_000
    mean = rate * stay
    arrival = rng.exponential(1 / rate, int(4 * samples * rate * 1.05)).cumsum()
    stays = Activity("stay", "station", "leave", pool=pool, holds="place", duration="service")
    net = network(stays, LEAVE, pools=[units("servers", 1_000)])
    log = engine(net, people(*arrival, service=rng.uniform(0, 2 * stay, arrival.size)), FOREVER)
    rows = log.activity == 0
    assert np.array_equal(log.requested[rows], log.started[rows])
    moments = 4.0 * np.arange(1, samples + 1)
    assert moments[-1] < arrival[-1]
    there = np.searchsorted(log.started[rows], moments) - np.searchsorted(np.sort(log.ended[rows]), moments)
    assert abs(there.mean() - mean) < STANDARD_ERRORS * math.sqrt(mean / samples)
    assert abs(there.var(ddof=1) - mean) < STANDARD_ERRORS * math.sqrt((mean + 2 * mean**2) / samples)


def test_priorities_match_cobham(engine):
    """Non-preemptive M/M/1 with two classes: W_k = W_0 / ((1 - sigma_{k-1}) (1 - sigma_k)), W_0 = rho."""
    rng = np.random.default_rng(5)
    n, rho, first_class = 80_000, 0.7, 0.3
    priority = np.where(rng.random(n) < first_class, 0.0, 1.0)
    net = one_station(1, priority="priority")
    cohort = people(*rng.exponential(1 / rho, n).cumsum(), service=rng.exponential(1, n), priority=priority)
    wait = waited(net, engine(net, cohort, FOREVER))
    sigma = rho * first_class
    assert_close_to(rho / (1 - sigma), wait[priority == 0], sharpness=0.03)
    assert_close_to(rho / ((1 - sigma) * (1 - rho)), wait[priority == 1], sharpness=0.06)


# -- Queues that people leave ---------------------------------------------------------------------------------------


def erlang_a(rate: float, served: list[float], patience: float, idle: int) -> tuple[float, float]:
    """Return the mean wait (whatever ends it) and the share who give up, from balance equations of the number there.

    State k has `idle` units or vacancies left over at 0 and a queue of k - idle beyond `idle`; `served[k]` is the rate
    at which people are served in it (the last of the list also beyond it). Each of those who wait leaves at the rate
    1 / patience.
    """
    weight, waiting = [1.0], [0]
    while len(weight) < 3_000:
        k = len(weight)
        queue = max(k - idle, 0)
        weight.append(weight[-1] * rate / (served[min(k, len(served) - 1)] + queue / patience))
        waiting.append(queue)
    mean_queue = float(np.dot(weight, waiting) / np.sum(weight))
    return mean_queue / rate, mean_queue / patience / rate


def impatient(pool, holds, vacancies=None, **columns):
    """Run people through a station that they leave after their patience; return their waits and who gave up."""
    serve = Activity("serve", "station", "leave", pool="servers", holds=holds, patience="patience", otherwise="give_up",
                     duration="service")  # fmt: skip
    give_up = Activity("give_up", "station", "leave")
    net = network(serve, give_up, LEAVE, pools=[pool])
    arrival = columns.pop("arrival")
    return net, people(*arrival, vacancies=vacancies, **columns)


def left_or_started(net, log):
    rows = log.activity == net.activity_index("serve")
    in_vain = np.isnan(log.started[rows])
    return np.where(in_vain, log.ended[rows], log.started[rows]) - log.requested[rows], in_vain


def test_waits_of_impatient_people_match_erlang_a(engine):
    """M/M/c+M with more asked for than there is: nothing grows without end."""
    rng = np.random.default_rng(8)
    n, servers, patience, rate = 30_000, 3, 2.0, 4.0
    net, cohort = impatient(
        units("servers", servers),
        "place",
        arrival=rng.exponential(1 / rate, n).cumsum(),
        service=rng.exponential(1, n),
        patience=rng.exponential(patience, n),
    )
    wait, in_vain = left_or_started(net, engine(net, cohort, FOREVER))
    mean_wait, give_up = erlang_a(rate, [float(k) for k in range(servers + 1)], patience, idle=servers)
    assert_close_to(mean_wait, wait, sharpness=0.05)
    assert_close_to(give_up, in_vain, sharpness=0.05)


def test_a_queue_for_starts_settles_where_as_many_leave_it_as_it_is_short_of(engine):
    """Starts come at random, up to two lie unused: length times the rate of leaving is nearly what is short."""
    rng = np.random.default_rng(9)
    n, rate, starts, patience = 30_000, 1.0, 0.7, 40.0
    arrival = rng.exponential(1 / rate, n).cumsum()
    come = rng.exponential(1 / starts, n).cumsum()
    net, cohort = impatient(
        Pool("servers", kind="vacancies", stock_limit=2),
        "activity",
        vacancies={"servers": come},
        arrival=arrival,
        service=np.zeros(n),
        patience=rng.exponential(patience, n),
    )
    log = engine(net, cohort, float(arrival[-1]))
    wait, in_vain = left_or_started(net, log)
    over = np.flatnonzero(~np.isnan(wait))
    mean_wait, give_up = erlang_a(rate, [0.0, starts], patience, idle=2)
    assert_close_to(mean_wait, wait[over], sharpness=0.05)
    assert_close_to(give_up, in_vain[over], sharpness=0.05)
    assert mean_wait * rate / patience == pytest.approx(rate - starts, rel=0.05)


# -- Two stations without a place to wait between them -------------------------------------------------------------


def two_stations():
    return network(
        Activity("first", "one", "second", pool="ones", holds="place", duration="service_1"),
        Activity("second", "two", "leave", pool="twos", holds="place", duration="service_2"),
        LEAVE,
        pools=[units("ones", 1), units("twos", 1)],
    )


def test_blocking_limits_a_saturated_line(engine):
    """Always somebody at the door: three states (second idle; both work; first blocked) and their balance equations.

    The throughput is mu1 mu2 (mu1 + mu2) / (mu1**2 + mu1 mu2 + mu2**2), which is 2/3 of that of one server if
    mu1 = mu2; the first is blocked for the share of mu1**2 / (mu1**2 + mu1 mu2 + mu2**2) of the time.
    """
    rng = np.random.default_rng(6)
    n, mu1, mu2 = 20_000, 1.0, 1.25
    cohort = people(*np.zeros(n), service_1=rng.exponential(1 / mu1, n), service_2=rng.exponential(1 / mu2, n))
    net = two_stations()
    log = engine(net, cohort, FOREVER)
    all_states = mu1**2 + mu1 * mu2 + mu2**2
    throughput = mu1 * mu2 * (mu1 + mu2) / all_states
    between_departures = np.diff(log.ended[log.activity == 1])
    assert_close_to(1 / throughput, between_departures, sharpness=0.01)
    assert_close_to(mu1**2 / all_states / throughput, waited(net, log, "second"), sharpness=0.03)


def poisson_line(rate: float, mu1: float, mu2: float, longest: int) -> tuple[float, float]:
    """Return the mean number who wait at the door, and the share of time the first station is blocked.

    States are (how many are at the door and in the first station, 0 second idle / 1 second works / 2 first blocked);
    the stationary distribution is solved for numerically, with the queue cut where its chance is negligible.
    """

    def state(n, s):
        return 3 * n + s

    q = np.zeros((3 * (longest + 1), 3 * (longest + 1)))
    for n in range(longest + 1):
        for s in (0, 1, 2):
            if n < longest:
                q[state(n, s), state(n + 1, s)] += rate
        q[state(n, 1), state(n, 0)] += mu2
        if n > 0:
            q[state(n, 0), state(n - 1, 1)] += mu1
            q[state(n, 1), state(n, 2)] += mu1
            q[state(n, 2), state(n - 1, 1)] += mu2
    possible = [state(n, s) for n in range(longest + 1) for s in (0, 1, 2) if n > 0 or s < 2]
    q = q[np.ix_(possible, possible)]
    q -= np.diag(q.sum(axis=1))
    equations = np.vstack([q.T[:-1], np.ones(len(possible))])
    share = np.linalg.solve(equations, np.r_[np.zeros(len(possible) - 1), 1.0])
    n, s = np.divmod(possible, 3)
    assert share[n == longest].sum() < 1e-9
    return float(share @ np.maximum(n - 1, 0)), float(share[s == 2].sum())


def test_a_blocked_line_with_poisson_input_matches_its_markov_chain(engine):
    rng = np.random.default_rng(7)
    n, rate, mu1, mu2 = 60_000, 0.5, 1.0, 1.25
    cohort = people(
        *rng.exponential(1 / rate, n).cumsum(),
        service_1=rng.exponential(1 / mu1, n),
        service_2=rng.exponential(1 / mu2, n),
    )
    net = two_stations()
    log = engine(net, cohort, FOREVER)
    at_the_door, blocked = poisson_line(rate, mu1, mu2, longest=150)
    assert_close_to(at_the_door / rate, waited(net, log, "first"), sharpness=0.05)
    assert_close_to(blocked / rate, waited(net, log, "second"), sharpness=0.03)


# -- Little's law in the city --------------------------------------------------------------------------------------


def test_littles_law_holds_for_the_queue_of_every_pool(busy_city):
    """Mean number waiting = arrival rate times mean wait, exact once the waits cut by both edges are put right."""
    _, net, _, log = busy_city
    start, stop = 30.0, 80.0
    for pool in net.pools:
        _, joined, left = waits(net, log, pool.name)
        came = (joined >= start) & (joined < stop)
        assert came.sum() > 0, f"nobody asked for {pool.name}"
        mean_number = integral(joined, left, start, stop) / (stop - start)
        rate, mean_wait = came.sum() / (stop - start), (left - joined)[came].mean()
        before = (joined < start) & (left > start)
        waited_inside = (np.minimum(left[before], stop) - start).sum()
        waited_beyond = np.maximum(left[came] - stop, 0).sum()
        edges = (waited_inside - waited_beyond) / (stop - start)
        assert mean_number == pytest.approx(rate * mean_wait + edges, rel=1e-9, abs=1e-9), pool.name


def test_littles_law_holds_for_the_units_of_every_pool(busy_city):
    """Mean units in use = rate of starts times mean time held, edges put right; and so say the measures."""
    _, net, _, log = busy_city
    start, stop = 30.0, 80.0
    for name, (taken, released) in holdings(net, log).items():
        began = (taken >= start) & (taken < stop)
        mean_in_use = integral(taken, released, start, stop) / (stop - start)
        rate, mean_held = began.sum() / (stop - start), (released - taken)[began].mean()
        before = (taken < start) & (released > start)
        held_inside = (np.minimum(released[before], stop) - start).sum()
        held_beyond = np.maximum(released[began] - stop, 0).sum()
        edges = (held_inside - held_beyond) / (stop - start)
        assert mean_in_use == pytest.approx(rate * mean_held + edges, rel=1e-9), name
        measured_in_use, measured_starts = pool_usage(net, log, name, start, stop)
        assert measured_in_use == pytest.approx(mean_in_use, rel=1e-9), name
        assert measured_starts == began.sum(), name
