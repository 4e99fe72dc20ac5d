"""Systems that speak for a vendor or a partner: OAuth clients, their secrets and their tokens."""
