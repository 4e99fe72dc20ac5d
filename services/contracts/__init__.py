"""contracts owns agreements, the delivery of milestones, and the money of service credits.

Publishes `tandem.contracts.events` and notices; listens to awards (`tandem.rfp.events`),
evaluated SLA windows (`tandem.monitoring.events`) and `tandem.identity.events`.
"""
