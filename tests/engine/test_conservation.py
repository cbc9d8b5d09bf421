"""In a whole city nobody appears or vanishes, nobody is in two places, and nothing is used that is not there.

The city is Sheffield for 92 days with too little of everything (`conftest.py`), so that every queue forms and every
rule has work to do. What holds what is read off the log afresh (`replay.py`).
"""

import numpy as np
import pytest
from replay import count_at, holdings, waits

from flowsim.model.network import targets


@pytest.fixture(scope="module")
def rows(busy_city):
    """The log, and for each row whether it is the first and the last of its spell, and whether it is an exit."""
    _, net, _, log = busy_city
    first = np.r_[True, log.spell[1:] != log.spell[:-1]]
    last = np.r_[first[1:], True]
    exit_row = np.array([a.next is None for a in net.activities])[log.activity]
    return log, first, last, exit_row


def of_activities(net, log, what) -> np.ndarray:
    """Return the rows of activities for which `what` is true."""
    return np.flatnonzero(np.array([bool(what(a)) for a in net.activities])[log.activity])


def first_rows(log, spells: int) -> np.ndarray:
    """Return the first row of each spell of the cohort, -1 for those that never came."""
    row = np.full(spells, -1)
    row[log.spell[::-1]] = np.arange(len(log))[::-1]
    return row


def discharged(net, log, spells: int) -> np.ndarray:
    """Return when each spell of the cohort was stamped discharged, NaN if it was not."""
    stamped = of_activities(net, log, lambda a: a.stamp == "discharged")[::-1]
    when = np.full(spells, np.nan)
    when[log.spell[stamped]] = log.started[stamped]
    return when


def test_the_city_is_busy_enough_to_test_anything(busy_city):
    """Everything in the network happens, everybody waits for everything, and each way of leaving is taken."""
    _, net, cohort, log = busy_city
    never = set(range(len(net.activities))) - set(log.activity.tolist())
    # Nobody comes ready for transfer from elsewhere: that is for cities without their hospital.
    assert {net.activities[index].name for index in never} == {"comes_ready_for_transfer"}
    for pool in net.pools:
        _, joined, left = waits(net, log, pool.name)
        assert np.sum(left > joined) > 20, f"hardly anybody waits for {pool.name}"
    came_back = np.isnan(cohort.arrival[np.unique(log.spell)]).sum()
    assert came_back > 100
    assert len(log) > 30_000


def test_every_arrival_is_in_the_log_from_its_first_activity_on(busy_city):
    _, net, cohort, log = busy_city
    first = first_rows(log, len(cohort))
    due = np.flatnonzero(cohort.arrival < log.until)
    assert np.all(first[due] >= 0)
    assert np.array_equal(log.requested[first[due]], cohort.arrival[due])
    entry = np.array([net.activity_index(name) for name in net.entries])
    came = np.flatnonzero(first >= 0)
    assert np.array_equal(log.activity[first[came]], entry[cohort.columns["entry"][came]])


def test_nobody_is_in_the_log_who_did_not_arrive(busy_city):
    """Whoever has rows arrived within the run, or is the child of a spell that was discharged."""
    _, net, cohort, log = busy_city
    there = np.unique(log.spell)
    children = there[np.isnan(cohort.arrival[there])]
    assert np.all(cohort.arrival[np.setdiff1d(there, children)] < log.until)
    assert np.all(~np.isnan(discharged(net, log, len(cohort))[cohort.parent[children]]))


def test_each_activity_is_requested_when_the_one_before_it_ends(rows):
    log, first, last, _ = rows
    assert np.array_equal(log.ended[~last], log.requested[~first])


def test_what_happens_is_in_order(rows):
    """Nobody starts before asking nor ends before starting; only exits have nothing after them."""
    log, _, last, exit_row = rows
    begun, over = ~np.isnan(log.started), ~np.isnan(log.ended)
    assert np.all(log.started[begun] >= log.requested[begun])
    assert np.all(log.ended[begun & over] >= log.started[begun & over])
    assert np.all(over[~last]), "something goes on although the next activity has been requested"
    assert np.all(log.requested < log.until) and np.all(log.ended[over] < log.until)
    assert np.all(last[exit_row]), "somebody goes on after an exit"
    assert np.array_equal(over[last], exit_row[last]), "somebody has vanished: neither under way nor left by an exit"
    assert np.all((log.requested == log.started)[exit_row] & (log.started == log.ended)[exit_row])


def test_everybody_is_in_the_network_or_has_left_it(rows):
    """Arrivals so far = exits so far + present, at every midnight."""
    log, first, last, exit_row = rows
    came, left = np.sort(log.requested[first]), np.sort(log.ended[exit_row])
    present = np.where(np.isnan(log.ended[last]), log.until, log.ended[last])
    for midnight in range(1, int(log.until)):
        now_there = np.sum((log.requested[first] <= midnight) & (present > midnight))
        assert np.searchsorted(came, midnight, "right") == np.searchsorted(left, midnight, "right") + now_there


def test_what_follows_is_what_the_network_says(busy_city, rows):
    """The next row is one of the targets; `otherwise` after waiting in vain; or the exit by death or readmission."""
    net, (log, first, _, _) = busy_city.network, rows
    interruptions = {net.activity_index(net.death.exit), net.activity_index(net.readmission.exit)}
    served = {i: {net.activity_index(t) for t in targets(a.next)} for i, a in enumerate(net.activities)}
    in_vain = {i: {net.activity_index(a.otherwise)} if a.otherwise else set() for i, a in enumerate(net.activities)}
    after = np.flatnonzero(~first)
    steps = np.column_stack([log.activity[after - 1], np.isnan(log.started[after - 1]), log.activity[after]])
    for before, vain, now in np.unique(steps, axis=0).tolist():
        allowed = (in_vain if vain else served)[before] | interruptions
        assert now in allowed, (net.activities[before].name, vain, net.activities[now].name)


def test_nobody_is_in_two_places(busy_city):
    """A readmission comes on its day, after the spell before has been discharged and has left the network."""
    _, net, cohort, log = busy_city
    first = first_rows(log, len(cohort))
    child = np.flatnonzero((first >= 0) & np.isnan(cohort.arrival))
    parent = cohort.parent[child]
    assert np.all(first[parent] >= 0)
    came = log.requested[first[child]]
    out = discharged(net, log, len(cohort))[parent]
    last_end = np.full(len(cohort), np.nan)
    last_end[log.spell] = log.ended  # of several rows of a spell the last one stays
    assert np.all(last_end[parent] <= came)
    assert np.all(out < came)
    gap, time_of_day = cohort.columns["readmission_gap"][parent], cohort.columns["arrival_time"][child]
    assert np.array_equal(came, np.floor(out) + gap + time_of_day)
    first_of_parent = log.requested[first[parent]]
    assert np.all(came < first_of_parent + cohort.columns["death_after"][parent])
    assert np.any(last_end[parent] == came)  # some were pulled out of a service


def test_whoever_is_due_to_be_readmitted_is(busy_city):
    """Without harm of delay (none in this city) the uniform decides, if the person lives and the run lasts so long."""
    config, net, cohort, log = busy_city
    assert config.patients.readmissions.per_delayed_day == 0
    first, out = first_rows(log, len(cohort)), discharged(net, log, len(cohort))
    columns = cohort.columns
    parent = np.flatnonzero((cohort.child >= 0) & ~np.isnan(out))
    child = cohort.child[parent]
    at = np.floor(out[parent]) + columns["readmission_gap"][parent] + columns["arrival_time"][child]
    lives = at < log.requested[first[parent]] + columns["death_after"][parent]
    comes = columns["readmission_uniform"][parent] < columns["readmission_probability"][parent]
    assert np.array_equal(first[child] >= 0, comes & lives & (at < log.until))


def test_nobody_outlives_their_death(busy_city, rows):
    _, net, cohort, log = busy_city
    last = rows[2]
    last_row = np.flatnonzero(last)
    spell = log.spell[last_row]
    death = log.requested[first_rows(log, len(cohort))[spell]] + cohort.columns["death_after"][spell]
    over = ~np.isnan(log.ended[last_row])
    died = log.activity[last_row] == net.activity_index("died")
    assert died.sum() > 50
    assert np.array_equal(log.ended[last_row[died]], death[died])
    assert np.all(log.ended[last_row[over & ~died]] < death[over & ~died])
    assert np.all(death[~over] >= log.until)


def test_units_in_use_never_exceed_what_there_is(busy_city):
    _, net, _, log = busy_city
    for pool in net.pools:
        if pool.kind == "units":
            taken, released = holdings(net, log)[pool.name]
            moments = np.unique(np.concatenate([taken, released]))
            in_use = count_at(moments[moments < log.until], taken, released)
            extra = sum(step.units for step in pool.surge)
            capacity = pool.capacity[0][1]
            assert in_use.min() >= 0 and in_use.max() <= capacity + extra, pool.name
            assert in_use.max() >= capacity, f"{pool.name} is never full, so this shows nothing"
            assert not extra or in_use.max() > capacity, f"the surge of {pool.name} never opens"


def test_no_more_vacancies_are_used_than_have_come(busy_city):
    _, net, cohort, log = busy_city
    for pool in net.pools:
        if pool.kind == "vacancies":
            activity = of_activities(net, log, lambda a, name=pool.name: a.pool == name)
            used = np.sort(log.started[activity])
            used = used[~np.isnan(used)]
            come = np.sort(np.concatenate([cohort.vacancies[pool.name], cohort.surge_vacancies[pool.name]]))
            assert np.all(np.arange(1, used.size + 1) <= np.searchsorted(come, used, "right")), pool.name
            late = [np.sum((times > 46) & (times < log.until)) for times in (used, cohort.vacancies[pool.name])]
            assert late[0] > late[1], f"the surge of {pool.name} never opens"


def test_nobody_waits_while_a_unit_is_free_and_the_calendar_is_open(busy_city):
    """Between any two events: base capacity is used up, or nobody with an open calendar waits."""
    _, net, _, log = busy_city
    held = holdings(net, log)
    hours = np.unique(np.concatenate([np.concatenate([c.opens, c.closes]) for c in net.calendars.values()]))
    for pool in net.pools:
        if pool.kind != "units":
            continue
        activity, joined, left = waits(net, log, pool.name)
        taken, released = held[pool.name]
        events = np.unique(np.concatenate([joined, left, taken, released, hours[hours < log.until]]))
        between = (events[1:] + events[:-1]) / 2
        waiting = np.zeros(between.size, dtype=int)
        for index in np.unique(activity):
            here = activity == index
            calendar = net.activities[index].calendar
            eligible = True if calendar is None else open_at(net.calendars[calendar], between)
            waiting += count_at(between, joined[here], left[here]) * eligible
        idle = count_at(between, taken, released) < pool.capacity[0][1]
        assert not np.any(idle & (waiting > 0)), pool.name


def test_each_queue_is_first_come_first_served(busy_city):
    """Nobody in this city has priority: whoever asks for one thing later starts it no sooner than all before them.

    Of those who ask at one instant the log does not tell in which round of it; the small worlds test that.
    """
    _, net, _, log = busy_city
    assert all(a.priority is None and a.escalates_after is None for a in net.activities)
    for index, activity in enumerate(net.activities):
        if activity.pool is not None:
            here = np.flatnonzero(log.activity == index)
            in_vain = np.isnan(log.started[here]) & ~np.isnan(log.ended[here])
            here = here[~in_vain]
            started = np.where(np.isnan(log.started[here]), np.inf, log.started[here])
            moments, together = np.unique(log.requested[here], return_inverse=True)
            first, last = np.full(moments.size, np.inf), np.full(moments.size, -np.inf)
            np.minimum.at(first, together, started)
            np.maximum.at(last, together, started)
            assert np.all(np.maximum.accumulate(last)[:-1] <= first[1:]), activity.name


def test_everything_starts_in_its_hours(busy_city):
    _, net, _, log = busy_city
    for index, activity in enumerate(net.activities):
        if activity.calendar is not None:
            started = log.started[(log.activity == index) & ~np.isnan(log.started)]
            assert np.all(open_at(net.calendars[activity.calendar], started)), activity.name


def test_what_needs_no_pool_starts_at_once_or_at_the_next_opening(busy_city):
    _, net, _, log = busy_city
    for index, activity in enumerate(net.activities):
        if activity.pool is None:
            here = (log.activity == index) & ~np.isnan(log.started)
            due = log.requested[here]
            if activity.calendar is not None:
                due = np.array([net.calendars[activity.calendar].next_opening(moment) for moment in due])
            assert np.array_equal(log.started[here], due), activity.name


def test_everything_takes_as_long_as_it_takes(busy_city):
    """Unless death or readmission comes first: by the wall, by the calendar, or from the admission to the ward."""
    _, net, cohort, log = busy_city
    interruptions = [net.activity_index("died"), net.activity_index("readmitted")]
    next_activity = np.r_[log.activity[1:], -1]
    whole = ~np.isnan(log.started) & ~np.isnan(log.ended) & ~np.isin(next_activity, interruptions)
    admitted = np.full(len(cohort), np.nan)
    stamped = of_activities(net, log, lambda a: a.stamp == "admitted")[::-1]
    admitted[log.spell[stamped]] = log.started[stamped]
    for index, activity in enumerate(net.activities):
        here = np.flatnonzero(whole & (log.activity == index))
        spell, started = log.spell[here], log.started[here]
        duration = cohort.columns[activity.duration][spell] if activity.duration else np.zeros(here.size)
        if activity.duration is None or activity.clock == "elapsed":
            due = started + duration
        elif activity.clock == "working":
            calendar = net.calendars[activity.calendar]
            due = [calendar.end_of_work(s, d) for s, d in zip(started, duration, strict=True)]
        else:
            due = np.maximum(started, admitted[spell] + duration)
        assert np.array_equal(log.ended[here], due), activity.name


def open_at(calendar, moments: np.ndarray) -> np.ndarray:
    """Return whether a calendar is open, for many moments at once."""
    return count_at(moments, calendar.opens, calendar.closes) > 0


def test_nobody_reads_a_duration_that_was_not_drawn_for_them(busy_city):
    """A cohort draws a quantity only for those who can need it, and leaves a 0 that nobody else may live on."""
    _, net, cohort, log = busy_city
    for index, activity in enumerate(net.activities):
        spells = log.spell[(log.activity == index) & ~np.isnan(log.started)]
        if activity.duration is not None and spells.size > 0:
            drawn = cohort.columns[activity.duration][spells]
            assert np.mean(drawn == 0.0) < 0.02, activity.name
