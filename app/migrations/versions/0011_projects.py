"""Projects: what recordings share, which uploads wait in one, which transcripts belong to one."""

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("speakers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("retention_since", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "project_recording",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.PrimaryKeyConstraint("project_id", "recording_id"),
    )
    for table, column in (
        ("project", "organisation_id"),
        ("project", "owner_id"),
        ("project_recording", "organisation_id"),
        ("project_recording", "recording_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.add_column("transcription", sa.Column("project_id", sa.String(64), nullable=True))
    op.add_column("transcription", sa.Column("project_since", UtcDateTime(), nullable=True))
    op.create_index("ix_transcription_project_id", "transcription", ["project_id"])


def downgrade() -> None:
    """The transcripts stay; that some of them belonged together is forgotten."""
    op.drop_index("ix_transcription_project_id", "transcription")
    for column in ("project_since", "project_id"):
        op.drop_column("transcription", column)
    op.drop_table("project_recording")
    op.drop_table("project")
