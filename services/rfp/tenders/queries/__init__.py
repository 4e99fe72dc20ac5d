"""Reads of RFPs: `staff` for the buying side, `vendors` for those invited."""
