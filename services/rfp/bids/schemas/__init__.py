"""What comes in and goes out, by API and form alike. A draft takes anything; a bid does not."""
