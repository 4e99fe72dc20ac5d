"""Who may do what in which database: an owner for migrations, a runtime role for the rest."""

from collections.abc import Iterable

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from deploy.packages import Package

Connection = psycopg.Connection[tuple[object, ...]]


def owner_of(package: Package) -> str:
    return f"{package.database}_owner"


def ensure_databases(url: str, packages: Iterable[Package], passwords: dict[str, str]) -> None:
    """Make roles and databases that are missing; say again who may connect. By the superuser."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("postgres", "template1"):
            close_to_public(connection, name)
        for package in packages:
            for role in (package.database, owner_of(package)):
                ensure_role(connection, role, passwords[role])
            ensure_database(connection, package)


def ensure_role(connection: Connection, role: str, password: str) -> None:
    if not exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        connection.execute(SQL("CREATE ROLE {}").format(Identifier(role)))
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
    set_rights = SQL("ALTER ROLE {} " + rights)
    connection.execute(set_rights.format(Identifier(role), Literal(password)))


def ensure_database(connection: Connection, package: Package) -> None:
    names = {
        "database": Identifier(package.database),
        "runtime": Identifier(package.database),
        "owner": Identifier(owner_of(package)),
    }
    if not exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", package.database):
        connection.execute(SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
    close_to_public(connection, package.database)
    grant = "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}, {runtime}"
    connection.execute(SQL(grant).format(**names))


def close_to_public(connection: Connection, database: str) -> None:
    connection.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(database)))


def exists(connection: Connection, query: str, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def grants(runtime: str, append_only: Iterable[str]) -> list[Composed]:
    """What the runtime role may do, said by the owner after each migration.

    The audit is append-only, and the schema is the owner's. Temporary tables, which the import
    of measurements needs, are a right on the database.
    """
    names = {
        "role": Identifier(runtime),
        "append_only": SQL(", ").join(map(Identifier, append_only)),
    }
    said = [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO {role}",
        "REVOKE UPDATE, DELETE, TRUNCATE ON {append_only} FROM {role}",
        "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ]
    return [SQL(statement).format(**names) for statement in said]
