"""Measurements: what they are, the rules they keep, how batches and files are read."""
