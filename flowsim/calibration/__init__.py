"""What fits? Targets, the search for free settings, identifiability, ensembles."""
