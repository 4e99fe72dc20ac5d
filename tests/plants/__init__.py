"""Plants: rules taken away, to see that a test misses them."""
