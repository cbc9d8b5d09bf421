"""The command line."""

# A module of commands registers them when it is imported.
from flowsim.cli import calibrate_command, document_command, experiment_command
from flowsim.cli.commands import main

__all__ = ["calibrate_command", "document_command", "experiment_command", "main"]
