"""``python -m flowsim`` is the same as ``flowsim``."""

from flowsim.cli import main

if __name__ == "__main__":  # worker processes import this module too
    main()
