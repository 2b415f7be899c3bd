"""Where topics end: one JSON object, topic to partition to end offset, of the partitions that are not empty."""

import argparse
import json
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True, help="Kafka, host:port")
    parser.add_argument("--prefix", required=True, help="of the topics' names")
    options = parser.parse_args()
    consumer = Consumer({"bootstrap.servers": options.bootstrap, "group.id": "judge"})
    try:
        topics = consumer.list_topics(timeout=30).topics
        json.dump({name: ends(consumer, name, topics[name].partitions) for name in topics if name.startswith(options.prefix)}, sys.stdout)
    finally:
        consumer.close()


def ends(consumer: Consumer, topic: str, partitions: dict) -> dict[int, int]:
    found = {partition: end_of(consumer, TopicPartition(topic, partition)) for partition in partitions}
    return {partition: end for partition, end in found.items() if end > 0}


def end_of(consumer: Consumer, partition: TopicPartition) -> int:
    """0 for a partition whose leader does not know of it yet: its topic is being created."""
    try:
        return consumer.get_watermark_offsets(partition, timeout=30)[1]
    except KafkaException as error:
        if error.args[0].code() == KafkaError.NOT_LEADER_FOR_PARTITION:
            return 0
        raise


if __name__ == "__main__":
    main()
