"""Milestones: deliverables handed in, and their review in levels."""
