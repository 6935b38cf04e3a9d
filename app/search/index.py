"""The index over the text of segments, on either database.

SQLite: an FTS5 table without content of its own, filled by triggers on `segment`; `segment_number`
gives each segment the number that FTS5 wants. PostgreSQL: a GIN index over an expression, kept by
the database itself. Both follow every write of a segment inside its transaction, whoever writes
it, and no row of ours has to be carried by a backup. See migration 0009 and
docs/decisions/0028-where-it-was-said.md.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, text
from sqlmodel import Session, col

from app.search.query import Query
from app.transcriptions.tables import SegmentRow

INDEX = "ix_segment_words"
TABLES = frozenset(
    {"segment_number", "segment_text"}
    | {f"segment_text_{part}" for part in ("config", "data", "docsize", "idx")}
)
"""What SQLite keeps for the search: made again from the segments wherever they are written."""

_PUNCTUATION = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"
    r"\u00d7\u00f7\u2000-\u2070\u2074-\u207e\u2080-\u208e\u20a0-\u20cf\u2150-\u215f\u2190-\u2bff"
    r"\u3000-\u3004\u3008-\u3020\u3030\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\ufffd"
)
"""Taken out first: PostgreSQL's parser would read addresses, paths and signs of numbers in it."""


def words_vector(column: str) -> str:
    """SQL: the words of `column` as in app/search/words.py, for PostgreSQL. Immutable."""
    plain = rf"regexp_replace(normalize({column}, NFD), '([A-Za-z])[\u0300-\u0331]+', '\1', 'g')"
    spaced = rf"regexp_replace(normalize({plain}, NFC), '[{_PUNCTUATION}]+', ' ', 'g')"
    return f"to_tsvector('simple'::regconfig, lower({spaced}))"


def said(session: Session, query: Query) -> ColumnElement[bool]:
    """A condition on `SegmentRow`: everything the query asks for is said in it."""
    if session.get_bind().dialect.name == "postgresql":
        wanted = func.to_tsquery(literal_column("'simple'"), query.for_postgresql())
        vector: ColumnElement[bool] = literal_column(words_vector("segment.text"))
        return vector.bool_op("@@")(wanted)
    return col(SegmentRow.id).in_(
        _numbered(query).with_only_columns(literal_column("n.segment_id"))
    )


def said_in(session: Session, query: Query) -> Any:
    """A subquery: ids of the transcriptions that have such a segment."""
    if session.get_bind().dialect.name == "postgresql":
        return select(col(SegmentRow.transcription_id)).where(said(session, query))
    return _numbered(query).with_only_columns(literal_column("n.transcription_id"))


def more_than(session: Session, query: Query, few: int) -> bool:
    """Whether more segments than `few` say it; no more than that are looked at."""
    if session.get_bind().dialect.name == "postgresql":
        found: Any = select(col(SegmentRow.id)).where(said(session, query))
    else:
        found = _numbered(query)
    return len(session.execute(found.limit(few + 1)).all()) > few


def said_there(session: Session, query: Query, transcription_id: str) -> ColumnElement[bool]:
    """As `said`, in one transcription alone, without looking at the others."""
    here = col(SegmentRow.transcription_id) == transcription_id
    if session.get_bind().dialect.name == "postgresql":
        return here & said(session, query)
    first, last = session.execute(
        text("SELECT min(number), max(number) FROM segment_number WHERE transcription_id = :id"),
        {"id": transcription_id},
    ).one()
    # Its numbers lie close together; FTS5 looks at no others
    near = text("segment_text.rowid BETWEEN :first AND :last").bindparams(
        first=first or 0, last=last or 0
    )
    numbered: Select[Any] = (
        _numbered(query).where(near).with_only_columns(literal_column("n.segment_id"))
    )
    return here & col(SegmentRow.id).in_(numbered)


def forget(session: Session) -> None:
    """Let no word of deleted segments remain in SQLite's index.

    A deletion only notes there that a row is gone; the words leave when parts of the index are
    merged, which is done here at once. (The option `secure-delete` of newer versions of SQLite
    makes a file that older ones cannot read.)
    """
    # Ch 28 · Security and Privacy: what was deleted is not to be read in the search's index either
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO segment_text(segment_text) VALUES ('optimize')"))


def _numbered(query: Query) -> Select[Any]:
    """From the words to the numbers of segments, and from those to the segments."""
    return (
        select(literal_column("1"))
        .select_from(text("segment_text CROSS JOIN segment_number AS n"))
        .where(text("n.number = segment_text.rowid"))
        .where(text("segment_text MATCH :wanted").bindparams(wanted=query.for_sqlite()))
    )
