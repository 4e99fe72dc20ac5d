"""Every route, asked by everybody: who is refused, and that nothing shows through."""
