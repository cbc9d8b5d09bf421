"""Whether what writes for Word and PowerPoint is installed: it is an extra of the package."""

from __future__ import annotations

from importlib.util import find_spec

from flowsim.run.failures import ExtraMissing

_NEEDED = ("docx", "pptx")


def check_office() -> None:
    """Find out, before any work is done, whether a Word summary and slides can be written.

    Raises
    ------
    ExtraMissing
        If not: it says how to install what is missing.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise ExtraMissing(
            "a Word summary and slides need packages that are not installed; to install them: "
            'python -m pip install "flowsim[office]"'
        )
