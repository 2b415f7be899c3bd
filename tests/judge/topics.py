"""Topics read to their ends, decoded as any Confluent consumer would, and folded into tables."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

# Without a message for so long, the broker is taken for stuck.
SILENCE_SECONDS = 60


class Message(NamedTuple):
    partition: int
    key: dict[str, Any]
    # None for a tombstone.
    value: dict[str, Any] | None


@dataclass
class Rebuilt:
    rows: dict[tuple, dict[str, Any]] = field(default_factory=dict)
    # Per key: partition, and in the order of the partition the version of each message (None for a tombstone).
    history: dict[tuple, list[tuple[int, int | None]]] = field(default_factory=dict)
    messages: int = 0
    tombstones: int = 0
    # How often a key went back to an older version: what was sent again after a restart.
    rewinds: int = 0
    # How often a key's message came again as it was: the same version with the same values, or a tombstone after a tombstone.
    repeats: int = 0


class Reader:
    def __init__(self, bootstrap: str, registry: str):
        self._bootstrap = bootstrap
        self._deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry}))

    def topics(self, prefix: str) -> set[str]:
        metadata = AdminClient({"bootstrap.servers": self._bootstrap}).list_topics(timeout=30)
        return {name for name in metadata.topics if name.startswith(prefix)}

    def messages(self, topic: str) -> Iterator[Message]:
        """Everything that is in the topic now, each partition in its order."""
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": "judge",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                # What no transaction has committed is not there.
                "isolation.level": "read_committed",
                # The end cannot be told by offsets: the last ones may be a transaction's own marks.
                "enable.partition.eof": True,
                "error_cb": lambda error: None,
            }
        )
        try:
            yield from self._messages(consumer, topic)
        finally:
            consumer.close()

    def _messages(self, consumer: Consumer, topic: str) -> Iterator[Message]:
        key_context = SerializationContext(topic, MessageField.KEY)
        value_context = SerializationContext(topic, MessageField.VALUE)
        left = self._left(consumer, topic)
        heard = time.monotonic()
        while left:
            for message in consumer.consume(num_messages=2000, timeout=1.0):
                heard = time.monotonic()
                if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
                    continue
                if message.error():
                    raise KafkaException(message.error())
                key = self._deserialize(message.key(), key_context)
                raw = message.value()
                value = None if raw is None else self._deserialize(raw, value_context)
                yield Message(message.partition(), key, value)
            if time.monotonic() - heard > SILENCE_SECONDS:
                raise TimeoutError(f"`{topic}` has messages that the broker does not deliver: partitions {sorted(left)}")

    def _left(self, consumer: Consumer, topic: str) -> set[int]:
        """Assigns all partitions from their beginnings; answers those that hold messages."""
        metadata = consumer.list_topics(topic, timeout=30).topics[topic]
        begins = {}
        for partition in metadata.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
            if high > low:
                begins[partition] = low
        consumer.assign([TopicPartition(topic, partition, low) for partition, low in begins.items()])
        return set(begins)


def rebuild(messages: Iterator[Message], key_names: list[str]) -> Rebuilt:
    """Writes each message's row by its key, and removes it at a tombstone.

    A key schema has its columns in the table's order, which need not be the index's: names decide, and exactly these must be there.
    """
    rebuilt = Rebuilt()
    for partition, columns, value in messages:
        if columns.keys() != set(key_names):
            raise ValueError(f"a key of columns {sorted(columns)}, where the table's are {sorted(key_names)}")
        key = tuple(columns[name] for name in key_names)
        rebuilt.messages += 1
        history = rebuilt.history.setdefault(key, [])
        if value is None:
            rebuilt.tombstones += 1
            rebuilt.repeats += bool(history) and history[-1][1] is None
            rebuilt.rows.pop(key, None)
            history.append((partition, None))
            continue
        version = value.pop("_tidb_commit_ts")
        # The rest of the TiDB extension tells of the message, not of the row.
        for name in ("_tidb_op", "_tidb_commit_physical_time"):
            value.pop(name)
        before = history[-1][1] if history else None
        rebuilt.rewinds += before is not None and version < before
        rebuilt.repeats += version == before and rebuilt.rows.get(key) == value
        history.append((partition, version))
        rebuilt.rows[key] = value
    return rebuilt
