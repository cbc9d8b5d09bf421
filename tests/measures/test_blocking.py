"""Who waits for what while holding what, and which service bears the queues."""

import numpy as np
import pytest
from hand_worked import CITY, NAN, effective_city, journeys, people

from flowsim.measures.blocking import NOTHING, borne
from flowsim.measures.run_facts import RunFacts

DAYS = 10
ROWS = [
    (0, "ward_treatment", 0.5, 0.5, 1.5),
    (0, "reserve_slot", 1.5, 4.5, 4.5),  # holds a ward bed: midnights 2, 3, 4
    (0, "transport", 4.5, 4.5, 6.5),  # holds the bed and the slot, and waits for nothing
    (0, "reablement_stay", 6.5, 6.5, 20.0),
    (1, "step_down_stay", 0.5, 1.5, 3.5),  # waits at home: midnight 1
    (1, "vacancy_from_step_down", 3.5, NAN, NAN),  # blocks the bed: midnights 4 to 10
    (2, "mau_assessment", 0.25, 0.25, 0.75),
    (2, "ward_treatment", 0.75, 2.5, 9.5),  # boards in the MAU: midnights 1 and 2, and is not delayed
    (3, "mau_assessment", 0.25, 0.25, 0.75),
    (3, "ward_treatment", 0.75, 0.75, 1.5),  # gives the bed in the MAU back
    (3, "reserve_slot", 1.5, 3.5, 3.5),  # midnights 2 and 3
]


@pytest.fixture(scope="module")
def found():
    return RunFacts(effective_city(DAYS), CITY, people(4), journeys(ROWS)).blocking


def test_who_holds_what_while_waiting_for_what_is_counted_at_midnight(found):
    table = found.table()
    seen = table[table["people"] > 0].set_index(["held", "awaited"]) * DAYS
    assert seen["people"].round(9).to_dict() == {
        ("ward_beds", "reablement"): 5,
        ("step_down", "nursing"): 7,
        ("mau_beds", "ward_beds"): 2,
        (NOTHING, "step_down"): 1,
    }
    assert seen["delayed_people"].round(9).to_dict() == {
        ("ward_beds", "reablement"): 5,
        ("step_down", "nursing"): 7,
        ("mau_beds", "ward_beds"): 0,
        (NOTHING, "step_down"): 0,
    }


def test_the_queues_that_services_bear_add_up_to_the_delay_by_queues(found):
    table = found.binding_table()
    delayed = RunFacts(effective_city(DAYS), CITY, people(4), journeys(ROWS)).delayed_by_part["queue"].sum() / DAYS
    assert table["people_waiting"].sum() == pytest.approx(delayed)
    assert (table["people_itself"] + table["people_through_blocking"]).sum() == pytest.approx(delayed)
    assert table.set_index("service")["people_waiting"]["reablement"] == pytest.approx(0.5)


def bears(queueing, blocked, in_use):
    itself, through = borne(*(np.array(values, dtype=float) for values in (queueing, blocked, in_use)))
    return itself.tolist(), through.tolist()


def test_a_queue_is_handed_on_along_the_chain_of_those_who_block():
    """Of 10 beds 4 wait for a slot, and of 10 slots 5 for homecare, of which nobody holds anything."""
    itself, through = bears([100, 20, 0], [[0, 4, 0], [0, 0, 5], [0, 0, 0]], [10, 10, 0])
    assert itself == pytest.approx([60, 10, 0])
    assert through == pytest.approx([0, 20, 10 + 20])


def test_services_that_only_block_each_other_keep_their_queues():
    itself, through = bears([6, 3, 5], [[0, 2, 0], [4, 0, 0], [1, 0, 0]], [2, 4, 2])
    assert itself == pytest.approx([6, 3, 2.5])
    assert through == pytest.approx([2.5, 0, 0])
