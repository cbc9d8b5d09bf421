"""Published monthly series of a city, to be compared with what is simulated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from flowsim.config.errors import Faults
from flowsim.config.periods import next_month
from flowsim.config.types import REASON_CODES, ReasonCode, Section, Unit

BED_TYPES = ("acute", "non_acute")
RESPONSIBLE = ("nhs", "social_care", "both")
Count = Annotated[int, Field(ge=0)]
DelayedDays = Annotated[Count, Unit("delayed days")]


class ObservedMonth(Section):
    """A month of the published return of delayed transfers of care.

    Delayed days by reason add up to the total, and so do those by bed and by who is responsible, where they are given.
    """

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    """The month, as 2016-10."""
    reasons: dict[ReasonCode, DelayedDays]
    """Delayed days by the code of their reason, in all beds."""
    total: DelayedDays
    """Delayed days of all reasons, in all beds."""
    acute: DelayedDays | None = None
    """Delayed days in acute beds."""
    non_acute: DelayedDays | None = None
    """Delayed days in other beds."""
    nhs: DelayedDays | None = None
    """Delayed days for which the NHS is responsible."""
    social_care: DelayedDays | None = None
    """Delayed days for which social care is responsible."""
    both: DelayedDays | None = None
    """Delayed days for which both are responsible."""
    trust_non_elective_spells: Annotated[Count, Unit("spells")] | None = None
    """Non-elective spells of the city's hospitals in the month, for the trend of demand; not compared."""
    flag: str = ""
    """Why the month is not to be fitted or scored; empty if it is."""

    def days_of(self, codes: Collection[str]) -> int:
        """Return the delayed days of some reasons together, by their codes; one that is not given has none."""
        return sum(days for code, days in self.reasons.items() if code in codes)

    @model_validator(mode="after")
    def _adds_up(self) -> ObservedMonth:
        faults = list(sums_that_differ(self.model_dump()))
        if faults:
            raise Faults(faults)
        return self


class ObservedSeries(Section):
    """The published return of a city by month, to be compared with what is simulated.

    In a file, `monthly_return` is the name of a CSV file, relative to the file that names it. Months of which a run
    counts every day are compared.
    """

    monthly_return: Annotated[list[ObservedMonth], Field(min_length=1)]
    """The months, one after the other; in a file: the name of a CSV file."""
    source: str
    """Where it is published."""

    @field_validator("monthly_return")
    @classmethod
    def _no_month_missing(cls, months: list[ObservedMonth]) -> list[ObservedMonth]:
        faults = [fault for _, fault in gaps([month.month for month in months])]
        if faults:
            raise Faults(faults)
        return months

    @property
    def reasons_with_days(self) -> list[ReasonCode]:
        """The codes of the reasons for which anybody was delayed, in the order of the return."""
        return [code for code in REASON_CODES if any(month.reasons.get(code) for month in self.monthly_return)]


def sums_that_differ(month: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the sums of a month, of which counts are whole numbers and may be missing (None)."""
    total = month["total"]
    by_reason = sum(month["reasons"].values())
    if by_reason != total:
        yield f"the reasons add up to {by_reason:,} delayed days, and the total is {total:,}"
    for names in (BED_TYPES, RESPONSIBLE):
        counts = [month.get(name) for name in names]
        known = [count for count in counts if count is not None]
        if known and len(known) < len(names):
            missing = " and ".join(name for name, count in zip(names, counts, strict=True) if count is None)
            yield f"{' and '.join(names)} belong together: {missing} is missing"
        elif known and sum(known) != total:
            yield f"{' + '.join(names)} is {sum(known):,} delayed days, and the total is {total:,}"


def gaps(months: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where months are not one after the other (index of the later one), and what is wrong."""
    latest, seen = "", set[str]()
    for index, month in enumerate(months):
        wanted = next_month(latest) if latest else month
        if month in seen:
            yield index, f"the month {month} is given twice"
        elif month < wanted:
            yield index, f"the month {month} stands after {latest}: write the months in order"
        elif month > wanted:
            yield index, f"the month {wanted} is missing between {latest} and {month}"
        seen.add(month)
        latest = max(latest, month)
