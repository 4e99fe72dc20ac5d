"""Windows of a metric, worked out from its raw measurements once they have ended."""
