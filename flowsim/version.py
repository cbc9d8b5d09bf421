"""The version of flowsim: a file that imports nothing, so that every other may import it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("flowsim")
except PackageNotFoundError:  # run from a copy of the sources that was never installed
    __version__ = "0+unknown"
