"""Domains, glossaries, model versions and what was decided about them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_USED = ("domain_id", "glossary_id", "model_version_id", "instead_of")


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "domain",
        *_row(),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=128), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("glossary_id", sa.String(length=64), nullable=True),
        sa.Column("champion_id", sa.String(length=64), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "name"),
    )
    op.create_table(
        "glossary",
        *_row(),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domain.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "number"),
    )
    op.create_index("ix_glossary_domain_id", "glossary", ["domain_id"])
    op.create_table(
        "model_version",
        *_row(),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=128), nullable=False),
        sa.Column("parent_sha256", sa.String(length=64), nullable=False),
        sa.Column("adapter_sha256", sa.String(length=64), nullable=False),
        sa.Column("adapter_key", sa.String(length=128), nullable=True),
        sa.Column("record", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("gate_passed", sa.Boolean(), nullable=False),
        sa.Column("deleted_data", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domain.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain_id", "number"),
        sa.UniqueConstraint("domain_id", "adapter_sha256"),
    )
    op.create_table(
        "release_event",
        *_row(),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["domain.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_release_event_domain_id", "release_event", ["domain_id"])
    op.create_table(
        "trained_on",
        *_row(),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("version_id", "audio_sha256"),
    )
    op.create_index("ix_trained_on_audio_sha256", "trained_on", ["audio_sha256"])
    for table in ("domain", "glossary", "model_version", "release_event", "trained_on"):
        op.create_index(f"ix_{table}_organisation_id", table, ["organisation_id"])
    for column in _USED:
        op.add_column("transcription", sa.Column(column, sa.String(length=64), nullable=True))
    op.create_index("ix_transcription_model_version_id", "transcription", ["model_version_id"])
    op.create_index("ix_transcription_instead_of", "transcription", ["instead_of"])


def downgrade() -> None:
    op.drop_index("ix_transcription_instead_of", "transcription")
    op.drop_index("ix_transcription_model_version_id", "transcription")
    for column in _USED:
        op.drop_column("transcription", column)
    for table in ("trained_on", "release_event", "model_version", "glossary", "domain"):
        op.drop_table(table)
