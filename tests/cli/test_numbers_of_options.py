"""Options that are whole numbers: plain digits, within bounds, or what to write instead."""

import pytest


@pytest.mark.parametrize(
    ("option", "written", "message"),
    [
        ("--replications", "1_000", "'1_000' is not a whole number: write 1000"),
        ("--replications", "1,000", "'1,000' is not a whole number: write 1000"),
        ("--replications", "\uff13", "'\uff13' is not a whole number: write 3"),
        ("--replications", "ten", "'ten' is not a whole number"),
        ("--replications", "2.5", "'2.5' is not a whole number"),
        ("--replications", "8:30", "'8:30' is not a whole number"),
        ("--replications", "0", "0 is not from 1 to 100000"),
        ("--seed", "-1", "-1 is not from 0 to 9223372036854775807"),
        ("--workers", "0", "0 is not 1 or more"),
    ],
)
def test_a_number_in_another_notation_is_refused(flowsim_says, tiny_city, option, written, message):
    code, out, said = flowsim_says("run", tiny_city, f"{option}={written}")
    assert (code, out) == (2, "")
    assert " ".join(said.split()).endswith(message)
