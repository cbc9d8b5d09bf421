"""The report of a city's run, with the published figures next to it."""
