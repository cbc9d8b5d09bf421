"""A published return next to a simulated one, for tests of what is made of both."""

import pandas as pd

from flowsim.config.observed_schema import ObservedSeries
from flowsim.config.periods import next_month, parse_period
from flowsim.measures.observed import ObservedFit, observed_fit

_CODES = ("A", "B", "C", "D(i)", "D(ii)", "E", "F", "G", "H", "I")


def made_fit(
    first: str = "2016-04", months: int = 12, replications: int = 3, flagged: tuple[str, ...] = ()
) -> ObservedFit:
    """Return a fit: 31 days of each reason are published every month, and some more simulated: 34 to 38."""
    names = [first]
    while len(names) < months:
        names.append(next_month(names[-1]))
    published = [
        {
            "month": name,
            "reasons": dict.fromkeys(_CODES, 31),
            "total": 310,
            "flag": "a new system" if name in flagged else "",
        }
        for name in names
    ]
    sitreps = [
        pd.DataFrame(
            [
                (name, code, "nhs", 34.1 + r + i % 3, parse_period(name).days)
                for i, name in enumerate(names)
                for code in _CODES
            ],
            columns=["month", "reason", "organisation", "delayed_days", "days_in_month"],
        )
        for r in range(replications)
    ]  # fmt: skip
    fit = observed_fit(sitreps, ObservedSeries.model_validate({"monthly_return": published, "source": "invented"}))
    assert fit is not None
    return fit
