"""Designs: scenarios that are made by rule, one file each."""
