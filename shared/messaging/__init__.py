"""Events between services: envelope, outbox, relay, inbox, dead letters, notices."""
