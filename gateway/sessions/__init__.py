"""Browser sessions: who is signed in where, since when, until when."""
