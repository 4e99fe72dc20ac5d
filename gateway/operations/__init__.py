"""Operations: is everything running, what is stuck, and what to do about it."""
