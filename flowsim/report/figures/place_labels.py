"""Small numbers next to the points of a scatter, placed so that they cover neither a point nor each other."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from flowsim.report.figures.drawing import INK, MUTED

_TURNS = np.deg2rad(np.arange(0, 360, 30))
_RADII = (0.13, 0.16, 0.19, 0.26, 0.34, 0.43, 0.53, 0.64, 0.8, 1.0)
_CLOSE = 0.2


def place_labels(ax: Axes, points: NDArray[np.float64], labels: list[str], fontsize: float) -> None:
    """Write a short label next to each point; one that had to move away is joined to its point by a line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With its limits set.
    points : numpy.ndarray of float, shape (points, 2)
        In data units.
    labels : list of str
        One each point.
    fontsize : float
        In points.
    """
    inch = ax.figure.dpi
    at = ax.transData.transform(points) / inch
    box = ax.get_window_extent()
    low, high = np.array(box.min) / inch, np.array(box.max) / inch
    half = np.array([[0.034 * len(text) + 0.03, 0.075] for text in labels]) * fontsize / 9
    taken = np.empty((0, 2)), np.empty((0, 2))
    for i, text in enumerate(labels):
        best = None
        for radius, turn in itertools.product(_RADII, _TURNS):
            centre = at[i] + radius * np.array([np.cos(turn), np.sin(turn)])
            inside = (centre - half[i] > low).all() and (centre + half[i] < high).all()
            on_points = (np.abs(at - centre) < half[i] + 0.05).all(axis=1).any()
            on_labels = (np.abs(taken[0] - centre) < taken[1] + half[i]).all(axis=1).any()
            # Nearest to its own point, unless a line joins it to that.
            owned = radius > _CLOSE or int(np.argmin(np.hypot(*(at - centre).T))) == i
            if inside and owned and not on_points and not on_labels:
                best = centre, radius
                break
        centre, radius = best or (at[i], 0.0)
        taken = np.vstack([taken[0], centre]), np.vstack([taken[1], half[i]])
        x, y = ax.transData.inverted().transform(centre * inch)
        if radius > _CLOSE:
            ax.plot([points[i, 0], x], [points[i, 1], y], color=MUTED, lw=0.6, zorder=2)
        ax.text(x, y, text, ha="center", va="center", fontsize=fontsize, color=INK, zorder=6,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 0.8})  # fmt: skip
