"""${message}. A database only goes forward: to go back, restore a copy."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

% if not down_revision:
from shared.migrations import install_jobs

% endif
% if imports:
${imports}

% endif
revision = ${repr(up_revision)}
down_revision: str | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
% if not down_revision:
    install_jobs(upto="3.10.0")
% endif
    ${upgrades if upgrades else "pass"}
