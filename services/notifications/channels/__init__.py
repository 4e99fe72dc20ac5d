"""The ways a message takes to a person who is not looking: e-mail."""
