"""How long a city-year takes: the one figure for documents. Written by ``benchmarks/city_year.py``."""

CITY_YEAR_SECONDS = 0.36  # a whole run of Sheffield with the compiled engine, on one core
CITY_YEAR_DAYS = 853  # days that such a run simulates: warm-up, the year, and 91 days after it
