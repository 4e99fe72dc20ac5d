"""The contract as one thing: pages that look across agreements, delivery and settlement."""
