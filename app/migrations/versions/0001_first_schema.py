"""The first schema: recordings, transcription jobs, windows, text, outbox, telemetry, faults."""

import sqlalchemy as sa
from alembic import op

from app.clock import now
from app.database import UtcDateTime
from app.tables import LOCAL_ACCOUNT, LOCAL_ORGANISATION

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_account_organisation_id", "account", ["organisation_id"])

    op.create_table(
        "fault",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "model_speed",
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("machine", sa.String(length=128), nullable=False),
        sa.Column("rtfx", sa.Float(), nullable=False),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("model", "machine"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outbox",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_outbox_organisation_id", "outbox", ["organisation_id"])

    op.create_table(
        "process",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("machine", sa.String(length=128), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("woken_at", UtcDateTime(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_process_kind", "process", ["kind"])

    op.create_table(
        "recording",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("container", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=128), nullable=False),
        sa.Column("playback_key", sa.String(length=128), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("upload_sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("samples_sha256", sa.String(length=64), nullable=True),
        sa.Column("codec", sa.String(length=64), nullable=False),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recording_organisation_id", "recording", ["organisation_id"])
    op.create_index("ix_recording_owner_id", "recording", ["owner_id"])
    op.create_index("ix_recording_upload_sha256", "recording", ["upload_sha256"])

    op.create_table(
        "transcription",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=True),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("language_probability", sa.Float(), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("done_s", sa.Float(), nullable=False),
        sa.Column("prepared", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("error_retryable", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("first_words_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_transcription_organisation_id", "transcription", ["organisation_id"])
    op.create_index("ix_transcription_owner_id", "transcription", ["owner_id"])
    op.create_index("ix_transcription_queue", "transcription", ["status", "priority", "created_at"])
    op.create_index("ix_transcription_recording_id", "transcription", ["recording_id"])

    op.create_table(
        "attempt",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("transcription_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("process", sa.String(length=128), nullable=False),
        sa.Column("machine", sa.String(length=128), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcription.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attempt_organisation_id", "attempt", ["organisation_id"])
    op.create_index("ix_attempt_transcription_id", "attempt", ["transcription_id"])

    op.create_table(
        "skipped_span",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("transcription_id", sa.String(length=64), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("level_dbfs", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcription.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_skipped_span_organisation_id", "skipped_span", ["organisation_id"])
    op.create_index("ix_skipped_span_transcription_id", "skipped_span", ["transcription_id"])

    op.create_table(
        "window",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("transcription_id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("speech_s", sa.Float(), nullable=False),
        sa.Column("strict_speech", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("pieces", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("audio_key", sa.String(length=128), nullable=False),
        sa.Column("samples_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=128), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcription.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("transcription_id", "number"),
    )
    op.create_index("ix_window_claim", "window", ["state", "transcription_id", "number"])
    op.create_index("ix_window_organisation_id", "window", ["organisation_id"])

    op.create_table(
        "segment",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("transcription_id", sa.String(length=64), nullable=False),
        sa.Column("window_id", sa.String(length=64), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("machine_text", sa.String(), nullable=False),
        sa.Column("speaker", sa.String(length=64), nullable=True),
        sa.Column("words", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("flags", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcription.id"],
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["window.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_segment_order", "segment", ["transcription_id", "start_s"])
    op.create_index("ix_segment_organisation_id", "segment", ["organisation_id"])
    op.create_index("ix_segment_window_id", "segment", ["window_id"])
    _add_the_local_owner()


def _add_the_local_owner() -> None:
    organisation = sa.table(
        "organisation", sa.column("id"), sa.column("name"), sa.column("created_at", UtcDateTime())
    )
    account = sa.table(
        "account",
        sa.column("id"),
        sa.column("organisation_id"),
        sa.column("name"),
        sa.column("created_at", UtcDateTime()),
    )
    op.bulk_insert(
        organisation, [{"id": LOCAL_ORGANISATION, "name": "This computer", "created_at": now()}]
    )
    op.bulk_insert(
        account,
        [
            {
                "id": LOCAL_ACCOUNT,
                "organisation_id": LOCAL_ORGANISATION,
                "name": "Local owner",
                "created_at": now(),
            }
        ],
    )


def downgrade() -> None:
    for table in (
        "segment",
        "window",
        "skipped_span",
        "attempt",
        "transcription",
        "recording",
        "process",
        "outbox",
        "organisation",
        "model_speed",
        "fault",
        "account",
    ):
        op.drop_table(table)
