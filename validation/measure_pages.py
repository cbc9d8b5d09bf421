"""Measure reports in a browser: words and height of the first layer, on a phone and on a desk, and what axe finds.

    PYTHONPATH=tests/support python validation/measure_pages.py results/*/report.html

Needs Chromium; what else is in the docstring of ``tests/support/browser.py``.
"""

import sys
from pathlib import Path

from browser import axe_source, seen

WIDTHS = (390, 1280)


def main() -> None:
    """Print a row for each page and width."""
    print(f"{'page':40} {'width':>6} {'height':>7} {'words':>6} {'of them in figures':>19}  axe")
    for name in sys.argv[1:]:
        page = Path(name).read_text(encoding="utf-8")
        for width in WIDTHS:
            found = seen(page, width, axe_source())
            problems = ", ".join(f"{impact}: {what}" for impact, what, *_ in found.get("axe", [])) or "nothing"
            words, drawn = found["words"], found["words_in_figures"]
            axe = problems if "axe" in found else "not there"
            print(f"{Path(name).parent.name:40} {width:6} {found['height']:7} {words:6} {drawn:19}  {axe}")


if __name__ == "__main__":
    main()
