"""What the judge calls sound and broken order, and that it tells rows apart. Run: python -m unittest discover tests/judge"""

import unittest
from decimal import Decimal

import copy_judge
import judge
from database import Column, Table, same
from order import not_sent_again, violations
from topics import Message, rebuild


class Order(unittest.TestCase):
    def test_resending_from_a_checkpoint_is_sound(self):
        for versions in ([], [1], [1, 2, 3], [1, 2, 3, 2, 3], [1, 1, 2, 2], [1, 2, None, 2, None], [1, 3, 2, 3], [1, 2, 3, 1, 2, 3]):
            self.assertIsNone(not_sent_again(versions), versions)

    def test_an_older_version_that_stays_last_is_broken(self):
        for versions, broken in (([1, 3, 2], 2), ([2, 1], 1), ([1, 2, 3, 1, 3], 1), ([1, 2, 3, 1], 1)):
            self.assertEqual(not_sent_again(versions), broken, versions)

    def test_a_key_lives_in_one_partition(self):
        self.assertEqual(violations({(7,): [(0, 1), (1, 2)]}), ["key (7,) is in more than one partition"])


class Tables(unittest.TestCase):
    def test_the_last_message_of_a_key_counts_and_a_tombstone_removes(self):
        def value(name, version):
            return {"name": name, "_tidb_op": "u", "_tidb_commit_ts": version, "_tidb_commit_physical_time": 0}

        one, two = {"id": 1, "shop": 9}, {"id": 2, "shop": 9}
        sent = [Message(0, one, value("a", 1)), Message(0, one, value("b", 2)), Message(0, two, value("c", 3)), Message(0, two, None)]
        rebuilt = rebuild(iter(sent), ["shop", "id"])
        self.assertEqual(rebuilt.rows, {(9, 1): {"name": "b"}})
        self.assertEqual((rebuilt.messages, rebuilt.tombstones, rebuilt.rewinds), (4, 1, 0))

    def test_a_key_of_other_columns_is_refused(self):
        with self.assertRaises(ValueError):
            rebuild(iter([Message(0, {"id": 1}, None)]), ["id", "shop"])

    def test_every_difference_is_named(self):
        table = Table("s", "t", [Column("id", "int"), Column("name", "varchar")], ["id"])
        rebuilt = {(1,): {"id": 1, "name": "a"}, (2,): {"id": 2}, (3,): {"id": 3, "name": "c"}}
        problems = judge.compare(table, rebuilt, {(1,): (1, "b"), (2,): (2, "b"), (4,): (4, "d")})
        self.assertEqual(len(problems), 4, problems)
        self.assertEqual(judge.compare(table, {(1,): {"id": 1, "name": "a"}}, {(1,): (1, "a")}), [])

    def test_a_copy_is_compared_by_the_sources_key_and_must_have_it(self):
        source = Table("s", "t", [Column("a", "int"), Column("b", "int"), Column("c", "varchar")], ["a", "b"])
        copy = Table("d", "t", [Column("b", "int"), Column("a", "int"), Column("c", "text")], ["b", "a"])
        copied = copy_judge.by_key(copy, {(2, 1): (2, 1, "x")}, source.key)
        self.assertEqual(copied, {(1, 2): {"a": 1, "b": 2, "c": "x"}})
        self.assertEqual(copy_judge.differences(source, copy, copied, {(1, 2): (1, 2, "x")}), [])
        self.assertEqual(len(copy_judge.differences(source, copy, copied, {(1, 2): (1, 2, "y"), (3, 4): (3, 4, "")})), 2)
        keyless = Table("d", "t", copy.columns, [])
        self.assertEqual(len(copy_judge.differences(source, keyless, {}, {(1, 2): (1, 2, "x")})), 1)

    def test_scale_and_type_count(self):
        self.assertTrue(same(Decimal("1.50"), Decimal("1.50")))
        self.assertFalse(same(Decimal("1.5"), Decimal("1.50")))
        self.assertFalse(same("1", 1))
        self.assertTrue(same(None, None))


class Repeats(unittest.TestCase):
    def test_a_message_that_comes_again_is_counted_and_a_row_changed_twice_in_one_transaction_is_not(self):
        def row(version, n):
            return {"id": 1, "n": n, "_tidb_commit_ts": version, "_tidb_op": "u", "_tidb_commit_physical_time": 0}

        for values, repeats, rewinds in (
            ([row(1, 1), row(2, 2), row(2, 2)], 1, 0),
            ([row(1, 1), row(2, 2), row(1, 1), row(2, 2)], 0, 1),
            ([row(1, 1), None, None], 1, 0),
            ([row(1, 1), row(1, 2), None, row(2, 1)], 0, 0),
        ):
            rebuilt = rebuild((Message(0, {"id": 1}, value) for value in values), ["id"])
            self.assertEqual((rebuilt.repeats, rebuilt.rewinds), (repeats, rewinds), values)


if __name__ == "__main__":
    unittest.main()
