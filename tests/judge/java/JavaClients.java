// What a Java shop would do with our topics and our registry, done with its own clients: Apache Kafka's consumer and Confluent's
// registry client. Shares no code with the studio. The first thing that is not as it should be ends it.
//
//   java -cp KAFKA_JARS/*:CLIENT_JARS/* JavaClients.java registry URL
//   java -cp KAFKA_JARS/*:CLIENT_JARS/* JavaClients.java topic URL BOOTSTRAP TOPIC ROWS

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryDecoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class JavaClients {
    private static final String SUBJECT = "java-clients-value";
    private static final String FIRST = record("{\"name\":\"id\",\"type\":\"int\"}");
    private static final String WITH_DEFAULT =
            record("{\"name\":\"id\",\"type\":\"int\"},{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null}");
    private static final String WITHOUT_DEFAULT = record("{\"name\":\"id\",\"type\":\"int\"},{\"name\":\"must\",\"type\":\"string\"}");

    public static void main(String[] args) throws Exception {
        CachedSchemaRegistryClient registry = new CachedSchemaRegistryClient(args[1], 1_000);
        switch (args[0]) {
            case "registry" -> registry(registry, args[1]);
            case "topic" -> topic(registry, args[2], args[3], Integer.parseInt(args[4]));
            default -> throw new IllegalArgumentException("registry or topic, not " + args[0]);
        }
    }

    private static void registry(CachedSchemaRegistryClient client, String url) throws Exception {
        AvroSchema first = new AvroSchema(FIRST);
        AvroSchema second = new AvroSchema(WITH_DEFAULT);
        AvroSchema refused = new AvroSchema(WITHOUT_DEFAULT);

        refuses("an unknown subject", 40401, () -> client.getLatestSchemaMetadata("java-clients-nobody"));
        refuses("an unknown id", 40403, () -> client.getSchemaById(2_000_000_000));

        int id = client.register(SUBJECT, first);
        // A client that remembers nothing, so that the registry is asked again.
        CachedSchemaRegistryClient fresh = new CachedSchemaRegistryClient(url, 10);
        same("registering again gives the same id", id, fresh.register(SUBJECT, first));
        same("the id of a schema", id, new CachedSchemaRegistryClient(url, 10).getId(SUBJECT, first));
        same("the schema of an id", first.canonicalString(), new CachedSchemaRegistryClient(url, 10).getSchemaById(id).canonicalString());
        same("the version of a schema", 1, client.getVersion(SUBJECT, first));
        same("the latest version", 1, client.getLatestSchemaMetadata(SUBJECT).getVersion());

        same("the level of a subject", "BACKWARD", client.updateCompatibility(SUBJECT, "BACKWARD"));
        same("the level, asked", "BACKWARD", client.getCompatibility(SUBJECT));
        same("a field with a default is compatible", true, client.testCompatibility(SUBJECT, second));
        same("a field without is not", false, client.testCompatibility(SUBJECT, refused));
        same("and the reasons are told", false, client.testCompatibilityVerbose(SUBJECT, refused).isEmpty());
        refuses("registering an incompatible schema", 409, () -> client.register(SUBJECT, refused));

        int later = client.register(SUBJECT, second);
        same("another schema has another id", true, later != id);
        same("all versions", List.of(1, 2), client.getAllVersions(SUBJECT));
        same("the second version's id", later, client.getSchemaMetadata(SUBJECT, 2).getId());
        refuses("an unknown version", 40402, () -> client.getSchemaMetadata(SUBJECT, 3));
        same("the subject is listed", true, client.getAllSubjects().contains(SUBJECT));
        same("the subjects of an id", true, client.getAllSubjectsById(id).contains(SUBJECT));

        same("deleting a version", 1, client.deleteSchemaVersion(SUBJECT, "1"));
        same("the rest", List.of(2), client.getAllVersions(SUBJECT));
        same("deleting the subject", List.of(2), client.deleteSubject(SUBJECT));
        refuses("a deleted subject", 40401, () -> new CachedSchemaRegistryClient(url, 10).getAllVersions(SUBJECT));
        same("for good", List.of(1, 2), new CachedSchemaRegistryClient(url, 10).deleteSubject(SUBJECT, true));
        System.out.println("  registry: " + seen + " answers are as Confluent's client expects them");
    }

    /** Every message of a topic is decoded; what is left, key by key, must be as many rows as the database has. */
    private static void topic(CachedSchemaRegistryClient registry, String bootstrap, String topic, int rows) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", "java-clients-" + topic);
        settings.put("auto.offset.reset", "earliest");
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        Map<String, Boolean> alive = new HashMap<>();
        long messages = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream().map(part -> new TopicPartition(topic, part.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the end of " + topic + " was not reached in two minutes");
                }
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
                    String key = decode(registry, message.key()).toString();
                    boolean deleted = message.value() == null;
                    if (!deleted) {
                        decode(registry, message.value());
                    }
                    alive.put(key, !deleted);
                    messages++;
                }
            }
        }
        long left = alive.values().stream().filter(there -> there).count();
        System.out.println("  " + topic + ": " + messages + " messages decoded, " + left + " rows");
        same("rows of " + topic, (long) rows, left);
    }

    private static final Map<Integer, Schema> SCHEMAS = new TreeMap<>();

    private static GenericRecord decode(CachedSchemaRegistryClient registry, byte[] bytes) throws Exception {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        same("the magic byte", (byte) 0, buffer.get());
        int id = buffer.getInt();
        Schema schema = SCHEMAS.get(id);
        if (schema == null) {
            schema = ((AvroSchema) registry.getSchemaById(id)).rawSchema();
            SCHEMAS.put(id, schema);
        }
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, buffer.position(), buffer.remaining(), null);
        GenericRecord record = new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
        same("nothing is left over", true, decoder.isEnd());
        return record;
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"row\",\"namespace\":\"java.clients\",\"fields\":[" + fields + "]}";
    }

    private static int seen;

    private static void same(String what, Object expected, Object answer) {
        if (!expected.equals(answer)) {
            throw new AssertionError(what + ": expected " + expected + ", saw " + answer);
        }
        seen++;
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void refuses(String what, int code, Call call) throws Exception {
        try {
            call.run();
        } catch (RestClientException refusal) {
            same("the refusal of " + what, code, refusal.getErrorCode());
            return;
        }
        throw new AssertionError(what + " was not refused");
    }
}
