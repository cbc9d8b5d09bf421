"""What can go wrong around a run. What is wrong with the user's files is in `flowsim.config.errors`."""


class ResultsError(Exception):
    """Results cannot be written where they should go."""


class WorkersError(Exception):
    """The workers that were asked for cannot be used."""


class ExtraMissing(Exception):
    """Something was asked for that needs a package which is not installed; the text says how to install it."""


class WorkerDied(RuntimeError):
    """A worker process ended in the middle of its work."""


class RunsFailed(RuntimeError):
    """Too many runs failed for the question to be answered."""


class Interrupted(KeyboardInterrupt):
    """The user stopped an experiment; the text says what is kept."""
