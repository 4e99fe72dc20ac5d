"""Initial. A database only goes forward: to go back, restore a copy."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migrations import install_jobs
from shared.migrations.versions.shared_0001 import create_shared_tables

revision = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    install_jobs(upto="3.10.0")
    create_shared_tables()
    op.create_table(
        "measurements",
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("external_id", sa.String(length=200, collation="C"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Numeric(precision=21, scale=9), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column(
            "arrived_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("metric_id", "source", "external_id", name=op.f("pk_measurements")),
    )
    op.create_index(
        "ix_measurements_in_order",
        "measurements",
        ["metric_id", "taken_at", "source", "external_id"],
        unique=False,
    )
    op.create_table(
        "metrics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("contract_number", sa.String(), nullable=False),
        sa.Column("contract_title", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("formula", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("tiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metrics")),
        sa.UniqueConstraint(
            "contract_id", "position", name=op.f("uq_metrics_contract_id_position")
        ),
    )
    op.create_index(
        "ix_metrics_listed", "metrics", ["contract_number", "position", "id"], unique=False
    )
    op.create_index(
        op.f("ix_metrics_organisation_id"), "metrics", ["organisation_id"], unique=False
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=False),
        sa.Column("refusal_params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["metric_id"], ["metrics.id"], name=op.f("fk_imports_metric_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_metric_id"), "imports", ["metric_id"], unique=False)
    op.create_table(
        "late_windows",
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "marked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("metric_id", "starts_at", name=op.f("pk_late_windows")),
    )
    op.create_table(
        "metric_grants",
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["metrics.id"], name=op.f("fk_metric_grants_metric_id")
        ),
        sa.PrimaryKeyConstraint("metric_id", "organisation_id", name=op.f("pk_metric_grants")),
    )
    op.create_index(
        "ix_metric_grants_organisation_id", "metric_grants", ["organisation_id"], unique=False
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["metric_id"], ["metrics.id"], name=op.f("fk_windows_metric_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_windows")),
        sa.UniqueConstraint("metric_id", "starts_at", name=op.f("uq_windows_metric_id_starts_at")),
    )
    op.create_table(
        "evaluations",
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("attained", sa.Numeric(), nullable=True),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("fk_evaluations_window_id")
        ),
        sa.PrimaryKeyConstraint("window_id", "revision", name=op.f("pk_evaluations")),
    )
