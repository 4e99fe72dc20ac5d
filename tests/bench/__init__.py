"""What the product does in a second, beside what a bare service does: `make bench`."""
