"""people/domain: short names and roles."""

from datetime import UTC, datetime

import pytest

from gateway.people.domain import (
    Language,
    NoRole,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    SlugMalformed,
    WrongRoles,
    fitting_roles,
)
from shared.kernel import uuid7

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

BUYER, VENDOR, PARTNER, AUDITOR = OrganisationKind


@pytest.mark.parametrize("slug", ["huayun", "a-1-b", "7"])
def test_a_short_name_has_letters_digits_and_single_hyphens(slug: str) -> None:
    assert Organisation(VENDOR, "Huayun", slug).slug == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A", "ä", "a b", "a\n"])
def test_another_short_name_is_refused_by_name(slug: str) -> None:
    with pytest.raises(SlugMalformed) as refused:
        Organisation(VENDOR, "Huayun", slug)
    assert refused.value.params == {"slug": slug}


def test_roles_stand_in_one_order_and_once() -> None:
    given = [Role.ADMIN, Role.BUYER, Role.REQUESTER, Role.BUYER]
    assert fitting_roles(BUYER, given) == [Role.REQUESTER, Role.BUYER, Role.ADMIN]


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (BUYER, Role.VENDOR_ADMIN),
        (VENDOR, Role.BUYER),
        (PARTNER, Role.AUDITOR),
        (AUDITOR, Role.OPERATOR),
    ],
)
def test_a_role_of_another_kind_of_organisation_is_named(
    kind: OrganisationKind, role: Role
) -> None:
    with pytest.raises(WrongRoles) as refused:
        fitting_roles(kind, [role])
    assert refused.value.params == {"role": role}


@pytest.mark.parametrize("kind", OrganisationKind)
def test_nobody_is_without_a_role(kind: OrganisationKind) -> None:
    with pytest.raises(NoRole):
        fitting_roles(kind, [])


@pytest.mark.parametrize(
    ("active", "roles", "is_admin"),
    [(True, [Role.BUYER, Role.ADMIN], True), (False, [Role.ADMIN], False), (True, [], False)],
)
def test_only_an_active_administrator_is_one(
    active: bool, roles: list[Role], is_admin: bool
) -> None:
    person = Person(
        uuid7(), "a@x.example", "A", Language.ENGLISH, "UTC", roles, "", NOW, active=active
    )
    assert person.is_admin is is_admin
