"""The command line."""

from flowsim.cli import document, experiment  # a module of commands registers them when it is imported
from flowsim.cli.app import main

__all__ = ["document", "experiment", "main"]
