"""Figures in outline, for tests that are not about figures: most of the time of a short experiment is theirs.

`tests/report` draws every figure and has it in full; `tests/docs` draws those of the pages from what was simulated.
"""

import io
from typing import IO, Any

import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure

from flowsim.report.figures.picture import Picture

OUTLINE = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt"></svg>\n'


def save_outline(figure: Figure, file: IO[Any], *, format: str, **_: Any) -> None:
    """Save a figure without what is in it; a PNG is small, and has its shape."""
    if format == "svg":
        file.write(OUTLINE if isinstance(file, io.StringIO) else OUTLINE.encode())
    else:
        with rc_context({"savefig.bbox": None}):
            Figure(figure.get_size_inches()).canvas.print_figure(file, format=format, dpi=10)


@pytest.fixture(scope="module", autouse=True)
def figures_in_outline():
    """Leave every figure of a module's tests empty; a `conftest.py` that imports this asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Picture, "draw", lambda self, narrow: Figure())
        patch.setattr(Figure, "savefig", save_outline)
        yield
