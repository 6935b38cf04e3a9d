"""Previews: the beginning of a recording, as it is heard without a domain and with it."""

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXED = ("organisation_id", "domain_id", "recording_id", "plain_id", "adapted_id")


def upgrade() -> None:
    op.add_column("transcription", sa.Column("first_s", sa.Float(), nullable=True))
    op.add_column("transcription", sa.Column("part_sha256", sa.String(length=64), nullable=True))
    op.create_table(
        "preview",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("first_s", sa.Float(), nullable=False),
        sa.Column("plain_id", sa.String(length=64), nullable=False),
        sa.Column("adapted_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domain.id"]),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.ForeignKeyConstraint(["plain_id"], ["transcription.id"]),
        sa.ForeignKeyConstraint(["adapted_id"], ["transcription.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "plain_id", "adapted_id"),
    )
    for column in _INDEXED:
        op.create_index(f"ix_preview_{column}", "preview", [column])


def downgrade() -> None:
    op.drop_table("preview")
    # The older code would list the jobs of previews as transcripts of whole recordings
    of_previews = "SELECT id FROM transcription WHERE first_s IS NOT NULL"
    for table in ("segment", "skipped_span", "window", "attempt"):
        op.execute(f'DELETE FROM "{table}" WHERE transcription_id IN ({of_previews})')
    op.execute("DELETE FROM transcription WHERE first_s IS NOT NULL")
    for column in ("part_sha256", "first_s"):
        op.drop_column("transcription", column)
