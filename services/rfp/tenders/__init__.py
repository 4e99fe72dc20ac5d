"""RFPs: lots, criteria, targets, invitations, the committee, questions and answers."""
