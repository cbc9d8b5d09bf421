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
    """Staff or vehicles: they work in the hours of a calendar, and on some days fewer of them do."""

    calendar: str
    """Calendar of the hours in which they work."""
    by_weekday: Annotated[ByWeekday, CALENDAR] | None = None
    """Multiplies the number at work on a day of the week: 1 is the number as it is written, and so is a day that is not
    named. The calendar sets the days on which they work at all."""
    on_bank_holidays: Probability | None = None
    """Share of the number at work who work on a bank holiday, in place of the factor of the weekday. Above 0 they work
    the hours that the calendar has on that day of the week (or its `bank_holiday_hours`), even if it is closed on bank
    holidays for others who use it. Without it the calendar decides, and if it is open, all of them work."""

    @property
    def hours(self) -> str:
        """Name of the calendar of a network in which they work."""
        return f"{self.calendar} with bank holidays" if self.on_bank_holidays else self.calendar
