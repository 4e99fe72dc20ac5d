"""How Tandem is started, migrated and packed. Nothing in the product imports this."""
