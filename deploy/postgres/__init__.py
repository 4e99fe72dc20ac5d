"""A real PostgreSQL 18 from a wheel; and the roles of the five databases."""
