curl -X POST http://cdc:8300/api/v2/changefeeds -H 'Content-Type: application/json' -d '{
  "changefeed_id":"orders","sink_uri":"kafka://b:9092/meta?protocol=avro",
  "replica_config":{"sink":{"schema_registry":"http://k:hunter2@sr:8081"}}}'
