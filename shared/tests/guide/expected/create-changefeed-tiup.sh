#!/bin/sh
set -eu
cd "$(dirname "$0")"

tiup ctl:v6.5.3 cdc changefeed create \
  --server=http://127.0.0.1:8300 \
  --changefeed-id=confluent-changefeed \
  --sink-uri='kafka://pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092/ticdc-meta?sasl-user=ABCD1234EFGH5678&sasl-password=k3%2B%2Fhunter2ZZk0Yq%3D%3D&enable-tls=true&sasl-mechanism=plain&replication-factor=3&protocol=avro&auto-create-topic=true' \
  --schema-registry=https://7NBH2CAFM2LMGTH7:s%2Br%2Fhunter2%3D%3D@psrc-1ab2c.us-east-2.aws.confluent.cloud \
  --config=changefeed.toml
