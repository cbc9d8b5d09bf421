"""Figures: each draws the numbers that it is given."""
