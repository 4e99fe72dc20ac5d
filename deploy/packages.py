"""The five deployables that own a database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    name: str  # "rfp"
    path: str  # "services.rfp"

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
PACKAGES = (Package("gateway", "gateway"), *SERVICES)
