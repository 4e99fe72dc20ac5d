"""Raw measurements and their ways in: API, CSV, by hand, Kafka."""
