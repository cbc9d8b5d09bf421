"""What can go wrong around a run, besides what the user wrote (`flowsim.config.errors`)."""


class ResultsError(Exception):
    """Results cannot be written where they should go."""


class WorkerDied(RuntimeError):
    """A worker process ended in the middle of its work."""
