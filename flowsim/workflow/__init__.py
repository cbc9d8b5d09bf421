"""From a file to a folder: what the command line, a page and Python all call."""
