"""Figures: one definition each, counted from events, with the list behind every number."""
