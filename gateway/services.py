"""The services, by the names that people know their subjects by."""

from shared.kernel import N_, Labelled


class Service(Labelled):
    RFP = "rfp", N_("Plans and RFPs")
    CONTRACTS = "contracts", N_("Contracts")
    MONITORING = "monitoring", N_("Performance")
    NOTIFICATIONS = "notifications", N_("Messages")
    GATEWAY = "gateway", N_("Sign-in and administration")


def named(name: str) -> Service | None:
    return Service.__members__.get(name.upper())
