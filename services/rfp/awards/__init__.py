"""Awards: who gets a lot and why, what others hear of it, and what each bidder learns."""
