"""Dossiers: filing, the workflow, the clock, supplements, results, and the events that record all of it."""
