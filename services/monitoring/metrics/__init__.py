"""What is measured: one metric per SLA target of a contract, and who may send its measurements."""
