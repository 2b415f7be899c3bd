"""The judge of copies: compares the tables of a database with those that a sink connector made of its topics.

A column's type is the sink's choice (what TiCDC sends as text stays text), so values are compared in the form that Avro consumers
see. The verdict is one JSON object on standard output, and the exit code is 1 when anything differs.
"""

import argparse
import json
import os
import sys
from typing import Any

import database
import judge


def main() -> int:
    options = arguments()
    problems: list[str] = []
    reports = []
    with database.connect(options.host, options.port, options.user, os.environ["LAB_PASSWORD"]) as connection:
        copies = {table.name: table for table in database.tables(connection, options.copy)}
        for table in database.tables(connection, options.schema):
            if not table.key:
                continue
            copy = copies.pop(f"{options.prefix}{options.schema}_{table.name}", None)
            if copy is None:
                problems.append(f"{table.name}: has no copy")
                continue
            expected = database.rows(connection, table)
            copied = by_key(copy, database.rows(connection, copy), table.key) if copy.key else {}
            found = differences(table, copy, copied, expected)
            problems += [f"{table.name}: {problem}" for problem in found]
            reports.append({"table": table.name, "rows": len(expected), "copied": len(copied)})
        problems += [f"{name}: is a copy of nothing" for name in copies]
    json.dump({"equal": not problems, "tables": reports, "problems": problems}, sys.stdout, indent=2)
    return 1 if problems else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", required=True, help="the source database")
    parser.add_argument("--copy", required=True, help="the database with the copies, which are named PREFIX + schema + _ + table")
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--user", required=True, help="password: environment variable LAB_PASSWORD")
    return parser.parse_args()


def by_key(copy: database.Table, rows: dict[tuple, tuple], key: list[str]) -> dict[tuple, dict[str, Any]]:
    """The copy's rows by the source's key, whatever order the sink gave its own."""
    names = [column.name for column in copy.columns]
    named = (dict(zip(names, row)) for row in rows.values())
    return {tuple(row[name] for name in key): row for row in named}


def differences(table: database.Table, copy: database.Table, copied: dict, expected: dict) -> list[str]:
    if set(copy.key) != set(table.key):
        return [f"the copy's key is {copy.key}, and {table.key} in the source"]
    return judge.compare(table, copied, expected)


if __name__ == "__main__":
    sys.exit(main())
