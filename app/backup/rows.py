"""Rows of any of our schemas, on any of our databases, as lines of JSON and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    func,
    select,
    text,
)

from app.backup.format import LEFT_OUT, PART_BYTES, damaged
from app.database import UtcDateTime
from app.search import index

AT_ONCE = 1000
_KINDS: tuple[tuple[type, str], ...] = (
    (JSON, "json"),
    (DateTime, "time"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "real"),
    (Numeric, "real"),
    (String, "text"),
)


def tables_of(connection: Connection) -> list[Table]:
    """The tables that are there, whatever the schema; those that are referred to come first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name not in LEFT_OUT | index.TABLES)
    tables = found.sorted_tables
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, DateTime):
                column.type = UtcDateTime()
            elif isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return tables


def kinds(table: Table) -> dict[str, str]:
    return {column.name: _kind(column.type) for column in table.columns}


def _kind(type_: Any) -> str:
    if isinstance(type_, UtcDateTime):
        return "time"
    return next(kind for sort, kind in _KINDS if isinstance(type_, sort))


def count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def parts(connection: Connection, table: Table) -> Iterator[tuple[bytes, int]]:
    """The rows in the order of their keys, as (lines, how many) of about `PART_BYTES` each."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = connection.execute(
        query, execution_options={"stream_results": True, "yield_per": AT_ONCE}
    )
    lines: list[bytes] = []
    size = 0
    for row in rows.mappings():
        line = _encoded(dict(row))
        lines.append(line)
        size += len(line)
        if size >= PART_BYTES:
            yield b"".join(lines), len(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines), len(lines)


def _encoded(row: dict[str, Any]) -> bytes:
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps(plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    return value


def load(connection: Connection, table: Table, lines: bytes) -> int:
    """Insert the rows of a part; returns how many. Raises `Refused`: they do not fit the table."""
    wanted = kinds(table)
    loaded = 0
    for some in _batches(lines.splitlines(), AT_ONCE):
        connection.execute(table.insert(), [_decoded(line, wanted, connection) for line in some])
        loaded += len(some)
    return loaded


def _batches(lines: list[bytes], size: int) -> Iterator[list[bytes]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def _decoded(line: bytes, wanted: dict[str, str], connection: Connection) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if row.keys() != wanted.keys():
            raise ValueError("columns")
        row = {name: _value(row[name], kind) for name, kind in wanted.items()}
    except (ValueError, TypeError, AttributeError):
        raise damaged("a row does not fit its table") from None
    if connection.dialect.name == "postgresql":
        for name, kind in wanted.items():
            if kind == "text" and row[name] is not None:
                row[name] = row[name].replace("\0", "\ufffd")  # SQLite keeps it, PostgreSQL cannot
    return row


def _value(value: Any, kind: str) -> Any:
    if value is None or kind == "json":
        return value
    match kind:
        case "time":
            when = datetime.fromisoformat(value)
            if when.tzinfo is None:
                raise ValueError("a time without a zone")
            return when
        case "real":
            return float(value)
        case "boolean" if isinstance(value, bool):
            return value
        case "integer" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "text" if isinstance(value, str):
            return value
    raise ValueError(kind)


def renumber(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL go on counting behind the numbers that were inserted."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.execute(select(func.max(column))).scalar_one()
        named = {"table": table.name, "column": column.name}
        query = text("SELECT pg_get_serial_sequence(:table, :column)")
        name = connection.execute(query, named).scalar()
        if name is not None and last is not None:
            connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})
