"""`python -m deploy.migrate [rfp …]`: bring databases to the newest revision, then say the rights.

Reads DATABASE_OWNER_URL_* (who owns the tables) and DATABASE_URL_* (whose rights are said).
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from deploy.packages import PACKAGES, Package, versions
from deploy.postgres import roles

ROOT = Path(__file__).parents[1]


def alembic(path: str, connection: sa.Connection, **more: object) -> Config:
    """Alembic's settings for the package at `path`: the shared environment, its own revisions."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "shared" / "migrations"))
    config.set_main_option("version_locations", str(ROOT / versions(path)))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, **more)
    return config


def engine(url: str) -> sa.Engine:
    psycopg_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return sa.create_engine(psycopg_url, poolclass=sa.NullPool)


def upgrade(path: str, url: str) -> None:
    with engine(url).begin() as connection:
        command.upgrade(alembic(path, connection), "head")


def migrate(package: Package, owner_url: str, runtime_url: str) -> None:
    upgrade(package.path, owner_url)
    runtime = sa.make_url(runtime_url).username or ""
    with psycopg.connect(owner_url) as owner:
        for statement in roles.grants(runtime, package.append_only):
            owner.execute(statement)


def migrate_all(packages: Iterable[Package], environ: Mapping[str, str]) -> None:
    for package in packages:
        migrate(package, environ[package.owner_setting], environ[package.url_setting])


def missing(packages: Iterable[Package], environ: Mapping[str, str]) -> list[str]:
    wanted = [name for each in packages for name in (each.owner_setting, each.url_setting)]
    return [name for name in wanted if not environ.get(name)]


def main() -> None:
    packages = [each for each in PACKAGES if not sys.argv[1:] or each.name in sys.argv[1:]]
    if faults := missing(packages, os.environ):
        sys.exit("Missing settings: " + ", ".join(faults))
    migrate_all(packages, os.environ)
    print(f"Migrated: {', '.join(each.name for each in packages)}")


if __name__ == "__main__":
    main()
