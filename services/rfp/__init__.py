"""rfp owns plans, vendors and their standing, RFPs, sealed bids, evaluation and award.

Publishes `tandem.rfp.events`, `tandem.vendors.events` and notices; listens to
`tandem.identity.events`.
"""
