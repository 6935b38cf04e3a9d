"""Revisions: what people corrected, with what the machine said kept beside it."""

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OF_SEGMENTS = {"shown": sa.true(), "changed": sa.false(), "by_person": sa.false()}


def upgrade() -> None:
    for column, default in _OF_SEGMENTS.items():
        op.add_column(
            "segment", sa.Column(column, sa.Boolean(), nullable=False, server_default=default)
        )
    op.add_column(
        "segment", sa.Column("revision", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("segment", sa.Column("machine", sa.JSON(), nullable=True))
    op.add_column(
        "transcription", sa.Column("corrected", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("transcription", sa.Column("final_at", UtcDateTime(), nullable=True))
    op.create_table(
        "revision",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("transcription_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["transcription_id"], ["transcription.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("transcription_id", "number"),
    )
    for column in ("organisation_id", "transcription_id"):
        op.create_index(f"ix_revision_{column}", "revision", [column])


def downgrade() -> None:
    """The text stays as people corrected it; who changed what, and the machine's words, go."""
    op.drop_table("revision")
    op.execute("DELETE FROM segment WHERE NOT shown")
    words_column: sa.ColumnClause[list[list[object]]] = sa.column("words", sa.JSON)
    segments = sa.table("segment", sa.column("id"), sa.column("changed"), words_column)
    found = op.get_bind().execute(
        sa.select(segments.c.id, segments.c.words).where(segments.c.changed)
    )
    for id_, words in found.all():
        # The older code knows no mark of a person's words
        plain = [word[: 5 if len(word) > 4 and word[4] else 4] for word in words]
        op.execute(segments.update().where(segments.c.id == id_).values(words=plain))
    for column in ("final_at", "corrected"):
        op.drop_column("transcription", column)
    for column in ("machine", "revision", *_OF_SEGMENTS):
        op.drop_column("segment", column)
