"""What can go wrong around a run, besides what the user wrote (`flowsim.config.errors`)."""


class ResultsError(Exception):
    """Results cannot be written where they should go."""


class WorkersError(Exception):
    """The workers that were asked for cannot be used."""


class WorkerDied(RuntimeError):
    """A worker process ended in the middle of its work."""


class RunsFailed(RuntimeError):
    """So many runs failed that no question can be answered."""


class Interrupted(KeyboardInterrupt):
    """The user stopped an experiment; the text says what is kept."""
