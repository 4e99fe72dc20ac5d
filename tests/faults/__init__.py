"""The running product is hurt while it works; then everything it has said and done is counted."""
