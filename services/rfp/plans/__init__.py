"""Outsourcing plans: what is to be bought, for how much at most, and who approved it."""
