"""`python -m deploy.migration "What changes" [rfp …]`: write the revision that is missing.

For each package a throwaway database is brought to the newest revision and compared with the
tables in the code. Where they differ, the next number is written: look at it before committing.
"""

import importlib
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from deploy.migrate import ROOT, alembic, engine
from deploy.packages import PACKAGES, Package
from deploy.postgres.throwaway import throwaway
from shared import db

# The tables that every database has, whether or not the package's processes import them.
SHARED = (
    "shared.audit",
    "shared.directory",
    "shared.files",
    "shared.messaging.dead_letters",
    "shared.messaging.heartbeat",
    "shared.messaging.inbox",
    "shared.messaging.outbox",
    "shared.web.idempotency",
)


def tables_of(package: Package) -> list[sa.MetaData]:
    """Both processes of a package are imported, so that every table of theirs is known."""
    for module in (*SHARED, f"{package.path}.app", f"{package.path}.worker"):
        importlib.import_module(module)
    return [db.metadata, importlib.import_module(f"{package.path}.metadata").metadata]


def revisions(package: Package) -> list[Path]:
    return sorted((ROOT / package.versions).glob("[0-9][0-9][0-9][0-9]_*.py"))


def write(package: Package, url: str, message: str) -> Path | None:
    """The file written, if there was a difference."""
    before = revisions(package)

    def only_differences(
        _context: MigrationContext, _revision: object, directives: list[MigrationScript]
    ) -> None:
        operations = directives[0].upgrade_ops
        if operations is None or operations.is_empty():
            directives.clear()
        else:
            directives[0].rev_id = f"{len(before) + 1:04}"

    with engine(url).begin() as connection:
        config = alembic(package.path, connection, metadata=tables_of(package))
        command.upgrade(config, "head")
        command.revision(
            config,
            message,
            autogenerate=True,
            version_path=str(ROOT / package.versions),
            process_revision_directives=only_differences,
        )
    written = set(revisions(package)) - set(before)
    return written.pop() if written else None


def tidy(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("    # ###")))
    for what in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *what, str(file)], check=True)


def main() -> None:
    message, *names = sys.argv[1:] or ["Initial"]
    with throwaway() as cluster:
        for package in PACKAGES:
            if names and package.name not in names:
                continue
            file = write(package, cluster.new_database(package.database), message)
            if file:
                tidy(file)
            print(f"{package.name}: {file.relative_to(ROOT) if file else 'nothing differs'}")


if __name__ == "__main__":
    main()
