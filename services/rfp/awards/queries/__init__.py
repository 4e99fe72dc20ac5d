"""Reads of awards: `staff` for the buying side, `deciding` for a lot, `outcomes` for bidders."""
