#!/bin/sh
set -eu
SECRET='hunter2%2Bx'
cat > changefeed.conf <<'TOML'
[filter]
rules = ["tpcc.*"]

[sink]
dispatchers = [
  {matcher = ['*.*'], topic = "tidb_{schema}_{table}", partition="index-value"},
]
TOML
tiup ctl:v6.1.0 cdc changefeed create --pd=http://127.0.0.1:2379 \
  --changefeed-id=orders --config changefeed.conf \
  --sink-uri="kafka://b:9092/meta?protocol=avro&sasl-password=${SECRET}"
