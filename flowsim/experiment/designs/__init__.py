"""Designs: scenarios that are made by rule. Each file holds one, under the name that experiment files use."""
