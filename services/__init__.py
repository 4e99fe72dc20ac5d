"""Four services, split by subject, that talk over Kafka."""
