"""Envelopes and files that nobody reads before the opening, and where their keys are kept."""
