"""Answers to requests with an `Idempotency-Key`."""

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "key"),
    )
    for column in ("organisation_id", "made_id"):
        op.create_index(f"ix_idempotency_key_{column}", "idempotency_key", [column])


def downgrade() -> None:
    op.drop_table("idempotency_key")
