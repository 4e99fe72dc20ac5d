"""The five deployables that own a database."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Package:
    name: str  # "rfp"
    path: str  # "services.rfp"
    append_only: tuple[str, ...] = ("audit_entries", "audit_checkpoints")  # at runtime

    @property
    def database(self) -> str:
        """Of this name there is a database and its runtime role."""
        return f"tandem_{self.name}"

    @property
    def url_setting(self) -> str:
        return f"DATABASE_URL_{self.name.upper()}"

    @property
    def owner_setting(self) -> str:
        return f"DATABASE_OWNER_URL_{self.name.upper()}"

    @property
    def versions(self) -> str:
        """The folder of its revisions."""
        return versions(self.path)


def versions(path: str) -> str:
    return f"{path.replace('.', '/')}/migrations/versions"


SERVICES = tuple(
    Package(name, f"services.{name}")
    for name in ("rfp", "contracts", "monitoring", "notifications")
)
GATEWAY = Package("gateway", "gateway")
KEPT = ("checkpoints", "checkpoint_heads")  # what the services have signed
PACKAGES = (replace(GATEWAY, append_only=(*GATEWAY.append_only, *KEPT)), *SERVICES)
