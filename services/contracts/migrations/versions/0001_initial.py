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
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("monthly", sa.Numeric(), nullable=False),
        sa.Column("one_off", sa.Numeric(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("standstill_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_side", sa.String(40), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'active') = (activated_at IS NOT NULL)",
            name=op.f("ck_contracts_active_since_a_time"),
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (declined_at IS NOT NULL AND declined_side IS NOT NULL)",
            name=op.f("ck_contracts_declined_by_a_side"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("award_id", name=op.f("uq_contracts_award_id")),
        sa.UniqueConstraint("number", name=op.f("uq_contracts_number")),
    )
    op.create_index(
        op.f("ix_contracts_organisation_id"), "contracts", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_contracts_state"), "contracts", ["state"], unique=False)
    op.create_table(
        "acceptances",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=False),
        sa.Column("terms_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_acceptances_contract_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "side", name=op.f("pk_acceptances")),
    )
    op.create_table(
        "milestones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Numeric(), nullable=False),
        sa.Column("acceptance_criteria", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_milestones_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_milestones_contract_id_number")),
    )
    op.create_table(
        "sla_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("formula", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("tiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_sla_terms_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_terms")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_sla_terms_contract_id_number")),
    )
    op.create_table(
        "deliveries",
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('submitted', 'in_review')) = (level > 0)",
            name=op.f("ck_deliveries_level_decides"),
        ),
        sa.CheckConstraint(
            "(level > 0) = (waits_since IS NOT NULL)",
            name=op.f("ck_deliveries_a_level_waits_since"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_deliveries_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_deliveries_milestone_id")
        ),
        sa.PrimaryKeyConstraint("milestone_id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_contract_id"), "deliveries", ["contract_id"], unique=False)
    op.create_index(
        op.f("ix_deliveries_organisation_id"), "deliveries", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_deliveries_state"), "deliveries", ["state"], unique=False)
    op.create_table(
        "windows",
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attained", sa.Numeric(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_windows_contract_id")
        ),
        sa.ForeignKeyConstraint(["metric_id"], ["sla_terms.id"], name=op.f("fk_windows_metric_id")),
        sa.PrimaryKeyConstraint("window_id", "revision", name=op.f("pk_windows")),
    )
    op.create_index(op.f("ix_windows_metric_id"), "windows", ["metric_id"], unique=False)
    op.create_table(
        "credits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calculation_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("metric_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("attained", sa.Numeric(), nullable=True),
        sa.Column("band_from", sa.Numeric(), nullable=True),
        sa.Column("band_below", sa.Numeric(), nullable=True),
        sa.Column("percent", sa.Numeric(), nullable=False),
        sa.Column("monthly", sa.Numeric(), nullable=False),
        sa.Column("covered_days", sa.Integer(), nullable=False),
        sa.Column("month_days", sa.Integer(), nullable=False),
        sa.Column("full_amount", sa.Numeric(), nullable=False),
        sa.Column("settled", sa.Numeric(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('approved', 'rejected')) = (decided_at IS NOT NULL)",
            name=op.f("ck_credits_decided_at_a_time"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_credits_contract_id")
        ),
        sa.ForeignKeyConstraint(["metric_id"], ["sla_terms.id"], name=op.f("fk_credits_metric_id")),
        sa.ForeignKeyConstraint(
            ["window_id", "revision"],
            ["windows.window_id", "windows.revision"],
            name="fk_credits_window",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sa.UniqueConstraint("calculation_id", name=op.f("uq_credits_calculation_id")),
        sa.UniqueConstraint("window_id", "revision", name=op.f("uq_credits_window_id_revision")),
    )
    op.create_index(op.f("ix_credits_contract_id"), "credits", ["contract_id"], unique=False)
    op.create_index(
        op.f("ix_credits_organisation_id"), "credits", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_credits_state"), "credits", ["state"], unique=False)
    op.create_index(
        "uq_credits_open",
        "credits",
        ["window_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "deliverables",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["deliveries.milestone_id"], name=op.f("fk_deliverables_milestone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliverables")),
        sa.UniqueConstraint("file_id", name=op.f("uq_deliverables_file_id")),
        sa.UniqueConstraint(
            "milestone_id", "version", name=op.f("uq_deliverables_milestone_id_version")
        ),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deliverable_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deliverable_id"], ["deliverables.id"], name=op.f("fk_reviews_deliverable_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "deliverable_id", "level", name=op.f("uq_reviews_deliverable_id_level")
        ),
        sa.UniqueConstraint(
            "deliverable_id", "reviewer", name=op.f("uq_reviews_deliverable_id_reviewer")
        ),
    )
