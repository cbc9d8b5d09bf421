"""The command line."""

from flowsim.cli import calibrate, document, experiment  # a module of commands registers them when it is imported
from flowsim.cli.app import main

__all__ = ["calibrate", "document", "experiment", "main"]
