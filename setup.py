"""Puts the shipped cities, interventions and experiments into the package when it is built.

They stand once in the repository, in `configs` and `experiments`; an installed package has them in `flowsim/shipped`.
An editable installation reads them where they stand.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("configs", "experiments")


class BuildWithShippedFiles(build_py):
    """Builds the package, and copies what it ships into it."""

    def run(self):
        """Build; what an earlier build left there is replaced."""
        super().run()
        if self.editable_mode:
            return
        shipped = Path(self.build_lib) / "flowsim" / "shipped"
        shutil.rmtree(shipped, ignore_errors=True)
        for name in SHIPPED:
            shutil.copytree(Path(__file__).parent / name, shipped / name, ignore=shutil.ignore_patterns(".*"))


setup(cmdclass={"build_py": BuildWithShippedFiles})
