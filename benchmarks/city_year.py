"""Measure how long a city-year takes, and write it wherever it is named.

A city-year is a whole run of Sheffield with the compiled engine on one core: drawing the cohort, the engine and the
measures, over 853 simulated days. With ``--write`` the median goes to ``flowsim/workflow/city_year.py``, and between
the marks ``<!-- city-year -->`` and ``<!-- /city-year -->`` of all pages. ``flowsim check`` times the city itself.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from common import SHEFFIELD, city_year, print_machine

import flowsim
from flowsim.engine.memory import keep_freed_memory
from flowsim.workflow import city_year as written

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"(<!-- city-year -->).*?(<!-- /city-year -->)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15, help="years to simulate (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the figure wherever it is named")
    args = parser.parse_args()
    print_machine()
    seconds, days = measured(args.repeats)
    print(f"\na city-year: {seconds:.3f} s, median of {args.repeats} (written: {written.CITY_YEAR_SECONDS} s)")
    if args.write:
        write_figure(Path(written.__file__), round(seconds, 2), days)
        mark_pages([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")], round(seconds, 2))


def measured(repeats: int) -> tuple[float, int]:
    """Return the median seconds of a city-year, and the days that it simulates."""
    keep_freed_memory()  # as in a worker
    config = flowsim.load_config(ROOT / SHEFFIELD)
    city_year(config, "compiled", 0)  # compiled, or loaded from the cache, outside the clock
    years = [sum(city_year(config, "compiled", replication)[0].values()) for replication in range(repeats)]
    return median(years), config.run.days


def write_figure(module: Path, seconds: float, days: int) -> None:
    """Write the figure into the module that holds it."""
    text = module.read_text(encoding="utf-8")
    for name, value in (("CITY_YEAR_SECONDS", seconds), ("CITY_YEAR_DAYS", days)):
        text = re.sub(rf"^{name} = [\d.]+", f"{name} = {value}", text, flags=re.MULTILINE)
    module.write_text(text, encoding="utf-8", newline="\n")


def mark_pages(pages: Iterable[Path], seconds: float) -> None:
    """Write the figure between the marks of each page."""
    for page in pages:
        text = page.read_text(encoding="utf-8")
        marked = MARKED.sub(rf"\g<1>{seconds}\g<2>", text)
        if marked != text:
            page.write_text(marked, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
