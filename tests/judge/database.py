"""The database's side: which tables there are, their keys, and their rows in the form that Avro consumers see."""

import decimal
import struct
from dataclasses import dataclass
from typing import Any

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

# What TiCDC sends as text stays text; the rest becomes the Python type that Confluent's deserializer gives.
_AS_TEXT = (FIELD_TYPE.DATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP, FIELD_TYPE.TIME)
_CONVERSIONS = {kind: convert for kind, convert in conversions.items() if kind not in _AS_TEXT}


@dataclass(frozen=True)
class Column:
    name: str
    # As in information_schema.columns.data_type, e.g. `decimal`.
    kind: str


@dataclass(frozen=True)
class Table:
    schema: str
    name: str
    columns: list[Column]
    # Columns of the primary key, else of the first unique index without NULLs; empty when the table has neither.
    key: list[str]


def connect(host: str, port: int, user: str, password: str) -> pymysql.Connection:
    # Timestamps are compared in UTC, as TiCDC sends them.
    return pymysql.connect(
        host=host, port=port, user=user, password=password, conv=_CONVERSIONS, charset="utf8mb4", init_command="SET time_zone = '+00:00'"
    )


def tables(connection: pymysql.Connection, schema: str) -> list[Table]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY 1", (schema,)
        )
        names = [name for (name,) in cursor.fetchall()]
        return [Table(schema, name, _columns(cursor, schema, name), _key(cursor, schema, name)) for name in names]


def _columns(cursor: Any, schema: str, table: str) -> list[Column]:
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        (schema, table),
    )
    return [Column(*row) for row in cursor.fetchall()]


def _key(cursor: Any, schema: str, table: str) -> list[str]:
    cursor.execute(
        "SELECT index_name, column_name, nullable FROM information_schema.statistics"
        " WHERE table_schema = %s AND table_name = %s AND non_unique = 0 ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index",
        (schema, table),
    )
    indexes: dict[str, list[tuple[str, str]]] = {}
    for index, column, nullable in cursor.fetchall():
        indexes.setdefault(index, []).append((column, nullable))
    for columns in indexes.values():
        if all(nullable == "" for _, nullable in columns):
            return [column for column, _ in columns]
    return []


def rows(connection: pymysql.Connection, table: Table) -> dict[tuple, tuple]:
    """Every row, all columns, by its key."""
    places = [[column.name for column in table.columns].index(name) for name in table.key]
    names = ", ".join(f"`{column.name}`" for column in table.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM `{table.schema}`.`{table.name}`")
        kinds = [column.kind for column in table.columns]
        plain = not {"float"} & set(kinds)
        result = {}
        for row in cursor.fetchall():
            values = row if plain else tuple(_single(value) if kind == "float" else value for kind, value in zip(kinds, row))
            result[tuple(values[place] for place in places)] = values
        return result


def _single(value: float | None) -> float | None:
    """A FLOAT as the 32 bits that it is, widened."""
    return None if value is None else struct.unpack("f", struct.pack("f", value))[0]


def same(sent: Any, stored: Any) -> bool:
    """Equality of values; a decimal's scale counts, and text is not a number."""
    if isinstance(stored, decimal.Decimal) and isinstance(sent, decimal.Decimal):
        return sent.as_tuple() == stored.as_tuple()
    return type(sent) is type(stored) and sent == stored
