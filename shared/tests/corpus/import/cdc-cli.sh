$ cdc cli changefeed create --server=http://cdc:8300 -c orders \
>   --sink-uri='kafka://b:9092/meta?protocol=avro&sasl-mechanism=plain&sasl-user=u&sasl-password=hunter2%2B' --schema-registry="http://k:hunter2@sr:8081" \
>   --start-ts 438156275634929664 --config=cf.toml --sort-engine=unified # old option
