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
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("scope_in", sa.Text(), nullable=False),
        sa.Column("scope_out", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cost_ceiling", sa.Numeric(), nullable=False),
        sa.Column("contingency", sa.Numeric(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approver_id <> requester_id", name=op.f("ck_plans_nobody_approves_their_own")
        ),
        sa.CheckConstraint("cost_ceiling >= 0 AND contingency >= 0", name=op.f("ck_plans_amounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("number", name=op.f("uq_plans_number")),
    )
    op.create_index(op.f("ix_plans_state"), "plans", ["state"], unique=False)
    op.create_table(
        "vendors",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("categories", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_vendors")),
    )
    op.create_table(
        "plan_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_lines_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_lines")),
        sa.UniqueConstraint(
            "plan_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_plan_lines_plan_id_position"),
        ),
    )
    op.create_table(
        "rfps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price_formula", sa.String(40), nullable=False),
        sa.Column("preset", sa.String(40), nullable=False),
        sa.Column("standstill_days", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsuccessful_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_rfps_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rfps")),
        sa.UniqueConstraint("number", name=op.f("uq_rfps_number")),
    )
    op.create_index(op.f("ix_rfps_plan_id"), "rfps", ["plan_id"], unique=False)
    op.create_table(
        "committee",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_committee_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", "person_id", name=op.f("pk_committee")),
    )
    op.create_index("ix_committee_person_id", "committee", ["person_id"], unique=False)
    op.create_table(
        "criteria",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("is_price", sa.Boolean(), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.CheckConstraint("weight > 0 AND weight <= 100", name=op.f("ck_criteria_weight")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_criteria_rfp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint(
            "rfp_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_criteria_rfp_id_position"),
        ),
    )
    op.create_table(
        "evaluators",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("conflict", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_evaluators_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", "person_id", name=op.f("pk_evaluators")),
    )
    op.create_table(
        "invitations",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_invitations_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", "organisation_id", name=op.f("pk_invitations")),
    )
    op.create_index(
        "ix_invitations_organisation_id", "invitations", ["organisation_id"], unique=False
    )
    op.create_table(
        "lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_lots_rfp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sa.UniqueConstraint(
            "rfp_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_lots_rfp_id_position"),
        ),
    )
    op.create_table(
        "milestone_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Numeric(), nullable=False),
        sa.Column("acceptance_criteria", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "percent > 0 AND percent <= 100", name=op.f("ck_milestone_targets_percent")
        ),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_milestone_targets_rfp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_targets")),
        sa.UniqueConstraint(
            "rfp_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_milestone_targets_rfp_id_position"),
        ),
    )
    op.create_table(
        "opening_notices",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_opening_notices_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", name=op.f("pk_opening_notices")),
    )
    op.create_table(
        "opening_reminders",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_opening_reminders_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", "person_id", "day", name=op.f("pk_opening_reminders")),
    )
    op.create_table(
        "openings",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_openings_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", "person_id", name=op.f("pk_openings")),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_questions_rfp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_rfp_id"), "questions", ["rfp_id"], unique=False)
    op.create_table(
        "score_reminders",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_score_reminders_rfp_id")),
        sa.PrimaryKeyConstraint("rfp_id", "person_id", name=op.f("pk_score_reminders")),
    )
    op.create_table(
        "sla_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("formula", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("tiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_sla_targets_rfp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_targets")),
        sa.UniqueConstraint(
            "rfp_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_sla_targets_rfp_id_position"),
        ),
    )
    op.create_table(
        "bid_drafts",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_bid_drafts_lot_id")),
        sa.PrimaryKeyConstraint("lot_id", "vendor_id", name=op.f("pk_bid_drafts")),
    )
    op.create_index("ix_bid_drafts_vendor_id", "bid_drafts", ["vendor_id"], unique=False)
    op.create_table(
        "bid_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("padded_size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_bid_files_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_files")),
        sa.UniqueConstraint(
            "lot_id",
            "vendor_id",
            "idempotency_key",
            name=op.f("uq_bid_files_lot_id_vendor_id_idempotency_key"),
        ),
    )
    op.create_table(
        "bids",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("padded_size", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_bids_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bids")),
        sa.UniqueConstraint(
            "lot_id", "vendor_id", "version", name=op.f("uq_bids_lot_id_vendor_id_version")
        ),
    )
    op.create_index(op.f("ix_bids_vendor_id"), "bids", ["vendor_id"], unique=False)
    op.create_index(
        "uq_bids_current",
        "bids",
        ["lot_id", "vendor_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('replaced', 'withdrawn')"),
    )
    op.create_table(
        "opened_bids",
        sa.Column("bid_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("monthly", sa.Numeric(), nullable=False),
        sa.Column("one_off", sa.Numeric(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name=op.f("fk_opened_bids_bid_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_opened_bids_lot_id")),
        sa.PrimaryKeyConstraint("bid_id", name=op.f("pk_opened_bids")),
    )
    op.create_index(op.f("ix_opened_bids_lot_id"), "opened_bids", ["lot_id"], unique=False)
    op.create_index(op.f("ix_opened_bids_vendor_id"), "opened_bids", ["vendor_id"], unique=False)
    op.create_table(
        "awards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("bid_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("awarded_by", sa.Uuid(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standstill_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_ceiling_reason", sa.Text(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bid_id"], ["opened_bids.bid_id"], name=op.f("fk_awards_bid_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_awards_lot_id")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_awards_rfp_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("bid_id", name=op.f("uq_awards_bid_id")),
    )
    op.create_index(
        "uq_awards_lot_id",
        "awards",
        ["lot_id"],
        unique=True,
        postgresql_where=sa.text("declined_at IS NULL"),
    )
    op.create_index("ix_awards_awarded_at", "awards", ["awarded_at", "id"], unique=False)
    op.create_index(op.f("ix_awards_organisation_id"), "awards", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_awards_rfp_id"), "awards", ["rfp_id"], unique=False)
    op.create_table(
        "bid_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bid_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bid_id"], ["opened_bids.bid_id"], name=op.f("fk_bid_documents_bid_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["bid_files.id"], name=op.f("fk_bid_documents_id")),
        sa.PrimaryKeyConstraint("bid_id", "id", name=op.f("pk_bid_documents")),
    )
    op.create_table(
        "bid_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bid_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bid_id"], ["opened_bids.bid_id"], name=op.f("fk_bid_lines_bid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_lines")),
        sa.UniqueConstraint("bid_id", "position", name=op.f("uq_bid_lines_bid_id_position")),
    )
    op.create_table(
        "bid_promises",
        sa.Column("bid_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bid_id"], ["opened_bids.bid_id"], name=op.f("fk_bid_promises_bid_id")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["sla_targets.id"], name=op.f("fk_bid_promises_target_id")
        ),
        sa.PrimaryKeyConstraint("bid_id", "target_id", name=op.f("pk_bid_promises")),
    )
    op.create_table(
        "scores",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("bid_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.Numeric(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("grade BETWEEN 0 AND 5", name=op.f("ck_scores_grade")),
        sa.ForeignKeyConstraint(["bid_id"], ["opened_bids.bid_id"], name=op.f("fk_scores_bid_id")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criteria.id"], name=op.f("fk_scores_criterion_id")
        ),
        sa.ForeignKeyConstraint(
            ["rfp_id", "person_id"],
            ["evaluators.rfp_id", "evaluators.person_id"],
            name=op.f("fk_scores_rfp_id"),
        ),
        sa.PrimaryKeyConstraint("person_id", "bid_id", "criterion_id", name=op.f("pk_scores")),
    )
    op.create_index("ix_scores_bid_id", "scores", ["bid_id"], unique=False)
    op.create_index("ix_scores_rfp_id", "scores", ["rfp_id"], unique=False)
    op.create_table(
        "lot_closures",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_lot_closures_lot_id")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_lot_closures_rfp_id")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot_closures")),
    )
    op.create_index(op.f("ix_lot_closures_rfp_id"), "lot_closures", ["rfp_id"], unique=False)
