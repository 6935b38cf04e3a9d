"""Leases without times of day: beats instead of deadlines; losses apart from failures."""

import sqlalchemy as sa
from alembic import op

from app.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COUNTERS = {
    "attempt": ("retry", "beats"),
    "window": ("losses", "beats"),
    "transcription": ("retries",),
}
_LEASED = ("attempt", "window")


def upgrade() -> None:
    for table, columns in _COUNTERS.items():
        for column in columns:
            op.add_column(
                table, sa.Column(column, sa.Integer(), nullable=False, server_default="0")
            )
    for table in _LEASED:
        op.drop_column(table, "lease_until")
    op.create_index("ix_attempt_state", "attempt", ["state"])


def downgrade() -> None:
    op.drop_index("ix_attempt_state", "attempt")
    for table in _LEASED:
        op.add_column(table, sa.Column("lease_until", UtcDateTime(), nullable=True))
    # The older code knows no attempt that was handed back: for it, that one was lost
    op.execute("UPDATE attempt SET state = 'lost' WHERE state = 'handed back'")
    for table, columns in _COUNTERS.items():
        for column in columns:
            op.drop_column(table, column)
