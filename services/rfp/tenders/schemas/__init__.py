"""What comes in and goes out, by API and form alike."""
