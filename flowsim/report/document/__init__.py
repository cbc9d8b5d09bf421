"""The model in writing: STRESS-DES, its pathway, the data dictionary, JSON schemas."""
