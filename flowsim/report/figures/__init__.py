"""Figures: what each shows (`figure_data`), and how that is drawn."""
