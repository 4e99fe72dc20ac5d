"""`python -m deploy.postgres.setup`: databases and roles on a server that is there already.

Reads DATABASE_SUPERUSER_URL, and names and passwords of the roles from DATABASE_URL_* and
DATABASE_OWNER_URL_*.
"""

import os
import sys
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from deploy.packages import PACKAGES
from deploy.postgres.roles import ensure_databases, owner_of

SUPERUSER = "DATABASE_SUPERUSER_URL"


def passwords(environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        for role, setting in (
            (package.database, package.url_setting),
            (owner_of(package), package.owner_setting),
        ):
            found[role] = unquote(urlsplit(environ[setting]).password or "")
    return found


def main() -> None:
    wanted = [name for each in PACKAGES for name in (each.url_setting, each.owner_setting)]
    if missing := [name for name in (SUPERUSER, *wanted) if not os.environ.get(name)]:
        sys.exit("Missing settings: " + ", ".join(missing))
    ensure_databases(os.environ[SUPERUSER], PACKAGES, passwords(os.environ))
    print(f"Databases and roles: {', '.join(each.database for each in PACKAGES)}")


if __name__ == "__main__":
    main()
