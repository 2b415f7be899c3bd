"""The judge: an independent consumer that rebuilds tables from Kafka and compares them with the database.

It shares no code with the studio. Messages are read with Confluent's client and decoded with Confluent's AvroDeserializer
through the Schema Registry; a row is written by its key, and a tombstone removes it. The verdict is one JSON object on
standard output, and the exit code is 1 when anything differs.
"""

import argparse
import json
import os
import sys

import database
import order
import topics


def main() -> int:
    options = arguments()
    password = os.environ["LAB_PASSWORD"]
    problems: list[str] = []
    reports = []
    with database.connect(options.host, options.port, options.user, password) as connection:
        tables = database.tables(connection, options.schema)
        reader = topics.Reader(options.bootstrap, options.registry)
        present = reader.topics(options.prefix)
        problems += unexpected(present, tables, options)
        for table in tables:
            if not table.key:
                continue
            topic = f"{options.prefix}{options.schema}_{table.name}"
            if topic not in present:
                problems.append(f"{table.name}: there is no topic `{topic}`")
                continue
            rebuilt = topics.rebuild(reader.messages(topic), table.key)
            expected = database.rows(connection, table)
            found = compare(table, rebuilt.rows, expected) + order.violations(rebuilt.history)
            if options.exactly_once and (again := rebuilt.rewinds + rebuilt.repeats):
                found.append(f"{again} messages came more than once")
            problems += [f"{table.name}: {problem}" for problem in found]
            report = {"table": table.name, "rows": len(rebuilt.rows), "messages": rebuilt.messages}
            reports.append(report | {"tombstones": rebuilt.tombstones, "rewinds": rebuilt.rewinds, "repeats": rebuilt.repeats})
    json.dump({"equal": not problems, "tables": reports, "problems": problems}, sys.stdout, indent=2)
    return 1 if problems else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", required=True, help="Kafka, host:port")
    parser.add_argument("--registry", required=True, help="Schema Registry, http://host:port")
    parser.add_argument("--prefix", required=True, help="topics are named PREFIX + schema + _ + table")
    parser.add_argument("--schema", required=True, help="database to compare")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--user", required=True, help="password: environment variable LAB_PASSWORD")
    parser.add_argument("--exactly-once", action="store_true", help="a message that comes twice is an error, too")
    return parser.parse_args()


def unexpected(present: set[str], tables: list[database.Table], options: argparse.Namespace) -> list[str]:
    """Topics of tables that have no key, and so must not have been replicated."""
    keyless = (table.name for table in tables if not table.key)
    return [f"{name}: has no key, but has a topic" for name in keyless if f"{options.prefix}{options.schema}_{name}" in present]


def compare(table: database.Table, rebuilt: dict, expected: dict, show: int = 5) -> list[str]:
    """Differences between two tables, each a dict from key to row; the first few in full, then their number."""
    names = [column.name for column in table.columns]
    problems = []
    for key in expected.keys() - rebuilt.keys():
        problems.append(f"row {key} is in the database only")
    for key in rebuilt.keys() - expected.keys():
        problems.append(f"row {key} is in the topics only")
    for key in expected.keys() & rebuilt.keys():
        row = rebuilt[key]
        if extra := row.keys() - set(names):
            problems.append(f"row {key} has columns that the table has not: {sorted(extra)}")
        for name, want in zip(names, expected[key]):
            if name not in row:
                problems.append(f"row {key}: column {name} is missing")
            elif not database.same(row[name], want):
                problems.append(f"row {key}: {name} is {row[name]!r}, and {want!r} in the database")
    more = len(problems) - show
    return problems[:show] + ([f"and {more} more differences"] if more > 0 else [])


if __name__ == "__main__":
    sys.exit(main())
