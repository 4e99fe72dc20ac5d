"""My work: what waits for this person, in all services, by when it is due."""
