"""Organisations and people: which roles go with which kind, and what may not happen to them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.kernel import N_, DomainError, Labelled, uuid7

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class OrganisationKind(Labelled):
    BUYER = "buyer", N_("Buying organisation")
    VENDOR = "vendor", N_("Vendor")
    PARTNER = "partner", N_("Partner")
    AUDITOR = "auditor", N_("Audit firm")


class Role(Labelled):
    VENDOR_ADMIN = "vendor_admin", N_("Vendor administrator")
    VENDOR_MEMBER = "vendor_member", N_("Vendor member")
    REQUESTER = "requester", N_("Requester")
    BUYER = "buyer", N_("Buyer")
    EVALUATOR = "evaluator", N_("Evaluator")
    OPENER = "opener", N_("Bid opener")
    APPROVER = "approver", N_("Approver")
    LEGAL = "legal", N_("Legal")
    FINANCE = "finance", N_("Finance")
    CONTRACT_MANAGER = "contract_manager", N_("Contract manager")
    QUALITY = "quality", N_("Quality reviewer")
    RISK = "risk", N_("Risk officer")
    AUDITOR = "auditor", N_("Auditor")
    OPERATOR = "operator", N_("Operator")
    ADMIN = "admin", N_("Administrator")


class Language(Labelled):
    ENGLISH = "en", N_("English")
    CHINESE = "zh-Hans", N_("中文")


class Theme(Labelled):
    LIGHT = "light", N_("Light")
    DARK = "dark", N_("Dark")


VENDOR_ROLES = frozenset({Role.VENDOR_ADMIN, Role.VENDOR_MEMBER})
ROLES_OF: Mapping[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.BUYER: frozenset(Role) - VENDOR_ROLES,
    OrganisationKind.VENDOR: VENDOR_ROLES,
    OrganisationKind.PARTNER: frozenset(),
    OrganisationKind.AUDITOR: frozenset({Role.AUDITOR}),
}


class EmailTaken(DomainError):
    code = "email_taken"
    message = N_("Somebody already signs in with %(email)s.")


class SlugTaken(DomainError):
    code = "slug_taken"
    message = N_("Another organisation is called “%(slug)s” in addresses and topics.")


class SlugMalformed(DomainError):
    code = "slug_malformed"
    message = N_("“%(slug)s” may have small letters, digits and single hyphens only.")


class OneBuyerOnly(DomainError):
    code = "one_buyer_only"
    message = N_("There is one buying organisation in an installation, and it exists already.")


class WrongRoles(DomainError):
    code = "wrong_roles"
    message = N_("People of this kind of organisation cannot be: %(role)s.")


class NoRole(DomainError):
    code = "no_role"
    message = N_("Choose at least one role.")


class LastAdministrator(DomainError):
    code = "last_administrator"
    message = N_("%(name)s is the last administrator. Name another one first.")


class BuyerStays(DomainError):
    code = "buyer_stays"
    message = N_("The buying organisation cannot be switched off.")


class WrongPassword(DomainError):
    code = "wrong_password"
    message = N_("This is not your current password.")


class SamePassword(DomainError):
    code = "same_password"
    message = N_("This is the password you have. Choose another one.")


class OrganisationInactive(DomainError):
    code = "organisation_inactive"
    message = N_("“%(name)s” is not active.")


@dataclass(eq=False)
class Organisation:
    kind: OrganisationKind
    name: str
    slug: str
    active: bool = True
    id: UUID = field(default_factory=uuid7)

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.slug):
            raise SlugMalformed(slug=self.slug)


@dataclass(eq=False)
class Person:
    organisation_id: UUID
    email: str
    name: str
    locale: Language
    zone: str
    roles: list[Role]
    password_hash: str
    created_at: datetime
    theme: Theme = Theme.LIGHT
    active: bool = True
    id: UUID = field(default_factory=uuid7)

    @property
    def is_admin(self) -> bool:
        return self.active and Role.ADMIN in self.roles


def fitting_roles(kind: OrganisationKind, roles: Iterable[Role]) -> list[Role]:
    """The roles in their fixed order, if people of such an organisation can have them."""
    wanted = set(roles)
    if not wanted:
        raise NoRole
    if foreign := wanted - ROLES_OF[kind]:
        raise WrongRoles(role=min(foreign))
    return [role for role in Role if role in wanted]


def normal_email(text: str) -> str:
    return text.strip().casefold()
