"""The command line."""

from flowsim.cli.app import main

__all__ = ["main"]
