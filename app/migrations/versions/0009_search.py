"""The search in transcripts: an index over the text of segments that follows every write."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As app/search/index.py has them; a migration does not change when the program does
_PUNCTUATION = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"
    r"\u00d7\u00f7\u2000-\u2070\u2074-\u207e\u2080-\u208e\u20a0-\u20cf\u2150-\u215f\u2190-\u2bff"
    r"\u3000-\u3004\u3008-\u3020\u3030\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\ufffd"
)
_ON_POSTGRESQL = (
    "CREATE INDEX ix_segment_words ON segment USING gin ("
    "to_tsvector('simple'::regconfig, lower(regexp_replace(normalize("
    r"regexp_replace(normalize(text, NFD), '([A-Za-z])[\u0300-\u0331]+', '\1', 'g'), NFC),"
    rf" '[{_PUNCTUATION}]+', ' ', 'g'))))"
)

_WORDS = "number, {row}.text FROM segment_number WHERE segment_id = {row}.id"
_FORGET = f"INSERT INTO segment_text (segment_text, rowid, text) SELECT 'delete', {_WORDS}"
_KEEP = f"INSERT INTO segment_text (rowid, text) SELECT {_WORDS}".format(row="new")
_ON_SQLITE = (
    "CREATE TABLE segment_number (number INTEGER PRIMARY KEY,"
    " segment_id VARCHAR(64) NOT NULL UNIQUE, transcription_id VARCHAR(64) NOT NULL)",
    "INSERT INTO segment_number (segment_id, transcription_id)"
    " SELECT id, transcription_id FROM segment ORDER BY transcription_id, start_s",
    "CREATE INDEX ix_segment_number_transcription ON segment_number (transcription_id, number)",
    # No content of its own: the words are there once, and gone with the segment
    "CREATE VIRTUAL TABLE segment_text USING fts5 (text, content = '',"
    " tokenize = \"unicode61 remove_diacritics 2 categories 'L* M* Nd Nl Co'\")",
    "INSERT INTO segment_text (rowid, text) SELECT number, text FROM segment_number"
    " JOIN segment ON id = segment_id ORDER BY number",
    "CREATE TRIGGER segment_is_said AFTER INSERT ON segment BEGIN"
    " INSERT INTO segment_number (segment_id, transcription_id)"
    " VALUES (new.id, new.transcription_id);"
    f" {_KEEP}; END",
    "CREATE TRIGGER segment_is_changed AFTER UPDATE OF text ON segment"
    f" WHEN old.text <> new.text BEGIN {_FORGET.format(row='old')};"
    f" {_KEEP}; END",
    f"CREATE TRIGGER segment_is_gone AFTER DELETE ON segment BEGIN {_FORGET.format(row='old')};"
    " DELETE FROM segment_number WHERE segment_id = old.id; END",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(_ON_POSTGRESQL)
        return
    for statement in _ON_SQLITE:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_segment_words")
        return
    for trigger in ("segment_is_said", "segment_is_changed", "segment_is_gone"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DROP TABLE segment_text")
    op.execute("DROP TABLE segment_number")
