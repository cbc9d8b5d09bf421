"""Pages from templates: what both reports share on the way from values to HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flowsim.report import labels
from flowsim.report.figures import marks


def render(template: str, **values: Any) -> str:
    """Return a page of one file, made from a template of this package; every value is escaped."""
    environment = Environment(
        loader=PackageLoader("flowsim.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(language=labels, marks=marks)
    return environment.get_template(template).render(**values)


def wide_and_narrow(draw: Callable[..., str], *args: Any) -> dict[str, Markup]:
    """Draw a figure for the screen and paper, and once more for the phone."""
    return {"wide": Markup(draw(*args, narrow=False)), "narrow": Markup(draw(*args, narrow=True))}
