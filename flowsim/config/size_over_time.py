"""How the size of a pool varies over the year, over the week and on bank holidays, in the same way every year."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from flowsim.config.types import CALENDAR, NonNegative, Probability, Section, Unit, Weekday

MonthName = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTHS: tuple[MonthName, ...] = get_args(MonthName)

Factor = Annotated[NonNegative, Unit("factor")]
ByMonth = Annotated[dict[MonthName, Factor], Field(min_length=1)]
ByWeekday = Annotated[dict[Weekday, Factor], Field(min_length=1)]


class Seasonal(Section):
    """A size that may be another in some months of every year.

    `by_month: {dec: 0.8, jan: 0.9}` leaves four fifths of it in every December and nine tenths in every January. What
    came once is a dated change instead. The factors multiply the size, dated changes included, and not its surge.
    Beds, places and visits are rounded to whole ones; starts a week are not.
    """

    by_month: Annotated[ByMonth, CALENDAR] | None = None
    """Multiplies the size in a month of every year: 1 is the size as it is written, and so is a month that is not
    named. The factors are taken as they are: a lower one makes less, and other months do not make up for it."""


class Staffed(Seasonal):
    """Staff or vehicles: fewer of them may be at work on some days of the week and on bank holidays."""

    by_weekday: Annotated[ByWeekday, CALENDAR] | None = None
    """Multiplies the number at work on a day of the week: 1 is the number as it is written, and so is a day that is not
    named. On which days they work is said by the calendar."""
    on_bank_holidays: Annotated[Probability, CALENDAR] | None = None
    """Share of the number at work who work on a bank holiday, in the hours of that day of the week, whatever the
    calendar says of bank holidays. Without it the calendar decides, and if it is open, all of them work."""
