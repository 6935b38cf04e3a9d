"""Uploads in parts; files of more than 2 GiB on databases with integers of 32 bits."""

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("client", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("organisation_id", "owner_id", "fingerprint"):
        op.create_index(f"ix_upload_{column}", "upload", [column])
    _size_of_recordings(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    _size_of_recordings(sa.BigInteger(), sa.Integer())
    op.drop_table("upload")


def _size_of_recordings(was: sa.Integer, becomes: sa.Integer) -> None:
    # SQLite would copy the whole table, for integers that have 64 bits there anyway
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(
            "recording", "size_bytes", existing_type=was, type_=becomes, existing_nullable=False
        )
