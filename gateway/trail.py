"""What the audit trail of the gateway is called in words."""

from gateway.clients.domain import Scope
from gateway.clients.persistence import clients
from gateway.people.domain import OrganisationKind, Role
from gateway.people.persistence import accounts, legal_entities
from shared.kernel import N_
from shared.web.trail import TrailWords

ACTIONS = {
    "client_changed": N_("API client changed"),
    "client_registered": N_("API client registered"),
    "client_secret_renewed": N_("New secret for the API client"),
    "keys_rotated": N_("Keys renewed"),
    "language_chosen": N_("Language or time zone chosen"),
    "organisation_changed": N_("Organisation changed"),
    "organisation_enrolled": N_("Organisation enrolled"),
    "password_changed": N_("Password changed by its owner"),
    "password_reset": N_("New password made by an administrator"),
    "person_changed": N_("Person changed"),
    "person_enrolled": N_("Person enrolled"),
    "session_ended": N_("Signed out"),
    "signed_in": N_("Signed in with the password"),
}
FACTS = {
    "active": N_("Active"),
    "address": N_("Address"),
    "kid": N_("Key"),
    "kind": N_("Kind"),
    "organisation_id": N_("Organisation"),
    "roles": N_("Roles"),
    "scopes": N_("Permissions"),
    "session": N_("Session"),
    "slug": N_("Short name"),
    "stolen": N_("The old key was stolen"),
}
CHOICES = {"kind": OrganisationKind, "roles": Role, "scopes": Scope}
OBJECTS = {
    "person": (accounts.c.id, accounts.c.name, accounts.c.email),
    "organisation": (legal_entities.c.id, legal_entities.c.name, legal_entities.c.slug),
    "client": (clients.c.id, clients.c.name),
}
TRAIL = TrailWords(ACTIONS, FACTS, CHOICES, objects=OBJECTS)
