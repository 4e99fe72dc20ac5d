"""monitoring owns metrics, their measurements and the outcome of SLA windows, never money.

Publishes `tandem.monitoring.events` and notices; listens to `tandem.identity.events`,
`tandem.contracts.events` and `tandem.kpi.measurements`.
"""
