"""How a mean stands to its target, in the words of terminal and report."""

import math

import pytest

from flowsim.measures.verdict import grade, off_target, verdict


@pytest.mark.parametrize(
    ("mean", "low", "high", "off", "words"),
    [
        (104.0, 100.0, 100.0, 0.04, "within 5%"),
        (95.0, 100.0, 100.0, -0.05, "within 5%"),
        (94.0, 100.0, 100.0, -0.06, "within 20%"),
        (85.0, 100.0, 100.0, -0.15, "within 20%"),
        (130.0, 100.0, 100.0, 0.3, "outside 20%"),
        (0.37, 0.35, 0.40, 0.0, "in range"),
        (0.50, 0.35, 0.40, 0.25, "out of range"),
        (0.28, 0.35, 0.40, -0.2, "out of range"),
        (1.0, 0.0, 0.0, math.inf, "outside 20%"),
        (0.0, 0.0, 0.0, 0.0, "within 5%"),
        (math.nan, 1.0, 1.0, math.nan, "not measured"),
        (1.0, math.nan, math.nan, math.nan, ""),
    ],
)
def test_how_a_mean_stands_to_its_target(mean, low, high, off, words):
    assert off_target(mean, low, high) == pytest.approx(off, nan_ok=True)
    assert verdict(mean, low, high) == words


def test_an_ambition_is_met_by_whatever_does_not_exceed_it():
    source = "Better Care Fund plan, the agreed Ambition"
    assert (grade(10, 50, 50, source), verdict(10, 50, 50, source)) == ("met", "ambition met")
    assert verdict(50, 50, 50, source) == "ambition met"
    assert (grade(51, 50, 50, source), verdict(51, 50, 50, source)) == ("far", "above the ambition")
    assert verdict(51, 50, 50, "plan") == "within 5%"
    assert verdict(math.nan, 50, 50, source) == "not measured"


def test_a_mean_without_a_target_has_no_grade():
    assert grade(1.0, math.nan, math.nan) == grade(math.nan, 1.0, 1.0) == "unknown"
