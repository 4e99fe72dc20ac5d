"""Made-up people and systems, by short names: `staff("buyer")`, `vendor("huayun")`."""

from uuid import NAMESPACE_DNS, UUID, uuid5

from shared.kernel import Actor, Auditor, Partner, Staff, Vendor


def an_id(name: str) -> UUID:
    """The same made-up id for the same name, so that tests can speak of things by name."""
    return uuid5(NAMESPACE_DNS, name)


BUYING_ORGANISATION = an_id("lingang")


def staff(name: str, *roles: str) -> Staff:
    return Staff(
        f"usr_{an_id(name)}",
        BUYING_ORGANISATION,
        organisation="Lingang",
        roles=frozenset(roles or (name.rstrip("0123456789"),)),
        name=name,
        zone="Asia/Shanghai",
        csrf=f"csrf-{name}",
    )


def vendor(name: str, organisation: str | None = None, *roles: str) -> Vendor:
    return Vendor(
        f"usr_{an_id(name)}",
        an_id(organisation or name + "-org"),
        organisation=organisation or name,
        roles=frozenset(roles or ("vendor_admin",)),
        name=name,
        zone="Europe/Berlin",
        csrf=f"csrf-{name}",
    )


def vendor_client(name: str, organisation: str) -> Vendor:
    return Vendor(f"cli_{an_id(name)}", an_id(organisation), organisation=organisation)


def partner(name: str, *scopes: str) -> Partner:
    return Partner(
        f"cli_{an_id(name)}",
        an_id(name + "-org"),
        organisation=name,
        scopes=frozenset(scopes or ("measurements:write",)),
    )


def auditor(name: str = "auditor") -> Auditor:
    return Auditor(
        f"usr_{an_id(name)}",
        BUYING_ORGANISATION,
        roles=frozenset({"auditor"}),
        name=name,
        csrf=f"csrf-{name}",
    )


def actors(*known: Actor) -> dict[str, Actor]:
    """By name, as `identify` of an app under test: the bearer token is the name."""
    return {actor.name or actor.organisation: actor for actor in known}


def bearer(name: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"} | headers
