"""Demo data, made by calling the running product as the demo people would."""
