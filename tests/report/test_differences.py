"""Differences in words: how large, how clear, and nothing where there is nothing."""

import math

import pytest

from flowsim.report.differences import Difference, interval_in_words, more_or_less, signed


def difference(value, low, high):
    return Difference(value, low, high, p_holm=1.0, gain=math.nan, better=-1)


def test_a_change_without_effect_is_nothing_and_not_merely_unclear():
    assert difference(0.0, 0.0, 0.0).is_nothing
    assert difference(0.0, math.nan, math.nan).is_nothing  # one replication, equal in both
    assert not difference(0.0, -1.0, 1.0).is_nothing
    assert not difference(1e-9, 1e-9, 1e-9).is_nothing
    assert not difference(math.nan, math.nan, math.nan).is_nothing


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (-76.0, -60.0, "patients", "60 to 76 fewer"),
        (-3.0, 5.0, "patients", "3.0 fewer to 5.0 more"),
        (0.0, 0.0, "patients", "no difference"),
        (-0.00001, 0.00001, "share", "no difference"),
        (-12.1, -12.0, "patients", "12 fewer"),
        (0.0, 5.0, "patients", "0 to 5.0 more"),
        (-5.0, 0.0, "patients", "0 to 5.0 fewer"),
        (-0.00001, 0.02, "share", "0.0 to 2.0 points higher"),
        (math.nan, math.nan, "patients", "–"),
    ],
)
def test_an_interval_says_nothing_where_it_rounds_to_nothing(low, high, unit, words):
    assert interval_in_words(low, high, unit) == words


def test_what_rounds_to_nothing_has_no_sign_and_no_direction():
    assert more_or_less(-1e-5, "share") == "no difference"
    assert signed(-1e-5, "share") == "0.0 points"
    assert more_or_less(-7.5, "patients") == "7.5 fewer"
