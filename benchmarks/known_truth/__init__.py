"""Situations whose truth is known, to see how often the intervals of a measurement hold it."""
