"""A real single-node Apache Kafka on loopback, from its published jars; and the topics."""
