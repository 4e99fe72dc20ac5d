"""Messages: what happened and concerns you, once each, in your own language."""
