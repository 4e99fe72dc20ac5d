"""The audit trail from outside: checkpoints of every chain, histories, and verification."""
