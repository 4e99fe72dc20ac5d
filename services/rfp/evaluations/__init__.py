"""Evaluation of opened bids: interests declared, grades given alone, ranking with its working."""
