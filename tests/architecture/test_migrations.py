"""Migrations and tables say the same."""

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from support.database import make_database
from support.settings import SERVICES

from shared.messaging.schemas import ROOT

PACKAGES = {"gateway": "gateway", **{name: f"services.{name}" for name in SERVICES}}


@pytest.mark.parametrize("package", PACKAGES.values())
def test_there_is_one_head(package: str) -> None:
    folder = ROOT / package.replace(".", "/") / "migrations"
    assert len(ScriptDirectory(str(folder)).get_heads()) == 1


@pytest.mark.parametrize("name", PACKAGES)
def test_migrations_make_the_tables_that_the_code_describes(name: str, server: str) -> None:
    from deploy.migrate import upgrade
    from deploy.migration import tables_of
    from deploy.packages import Package

    empty = make_database(server, f"migrated_{name}", tables=False)
    url = empty.url.set(drivername="postgresql").render_as_string(hide_password=False)
    upgrade(PACKAGES[name], url)
    with empty.connect() as connection:
        context = alembic.migration.MigrationContext.configure(
            connection, opts={"include_name": is_ours, "compare_type": True}
        )
        diff = alembic.autogenerate.compare_metadata(
            context, tables_of(Package(name, PACKAGES[name]))
        )
    empty.dispose()
    assert diff == []


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or not str(name).startswith(("procrastinate", "alembic"))


def test_sqlalchemy_is_told_every_name() -> None:
    """A constraint without a name of ours could not be altered later."""
    from shared import db

    assert all(table.primary_key.name for table in db.metadata.tables.values())
    assert isinstance(db.metadata, sa.MetaData)
