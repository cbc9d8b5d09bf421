"""What holds the city back, where there is nothing to say or no time to ask."""

import pandas as pd

from flowsim.report.city.city_answer import CityAnswer
from flowsim.report.city.city_held_back import holds_back_lines, holds_back_table, with_what_holds_back
from flowsim.run.city_results import HeldBack

ANSWER = CityAnswer("131 people are delayed.", [], [("Why", "They wait.")])
TOO_LONG = HeldBack(pd.DataFrame(), "not asked here, because it would take about 90 seconds more")


def test_without_an_answer_nothing_is_said():
    assert holds_back_lines(None) == []
    assert holds_back_table(None) is None
    assert with_what_holds_back(ANSWER, None) is ANSWER


def test_what_would_take_too_long_is_not_asked_and_said():
    (line,) = holds_back_lines(TOO_LONG)
    assert line.startswith(
        "What holds you back: not asked here, because it would take about 90 seconds more; flowsim marginal"
    )
    assert holds_back_table(TOO_LONG) is None
    (why, (question, text)) = with_what_holds_back(ANSWER, TOO_LONG).points
    assert (why[0], question) == ("Why", "What holds you back")
    assert text == "Not asked here, because it would take about 90 seconds more."
