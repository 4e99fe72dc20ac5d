"""What tests share: actors, databases, page clients, builders."""
