"""Searches: which points of a lattice to try next, given what is known."""
