// Judges configurations and rows as TiCDC does. JSON lines in, JSON lines out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/BurntSushi/toml"
	perrors "github.com/pingcap/errors"
	"github.com/pingcap/log"
	v2 "github.com/pingcap/ticdc/api/v2"
	"github.com/pingcap/ticdc/downstreamadapter/sink/columnselector"
	"github.com/pingcap/ticdc/downstreamadapter/sink/eventrouter"
	"github.com/pingcap/ticdc/downstreamadapter/sink/helper"
	"github.com/pingcap/ticdc/pkg/common"
	"github.com/pingcap/ticdc/pkg/config"
	"github.com/pingcap/ticdc/pkg/errors"
	"github.com/pingcap/ticdc/pkg/filter"
	"github.com/pingcap/ticdc/pkg/sink/kafka"
	"github.com/pingcap/ticdc/pkg/util"
	"go.uber.org/zap"
)

type question struct {
	ID      string `json:"id"`
	TOML    string `json:"toml"`
	SinkURI string `json:"sink_uri"`
	// the same as a request of the Open API
	Request json.RawMessage `json:"request"`
}

type answer struct {
	Refused   string         `json:"refused,omitempty"`
	Stage     string         `json:"stage,omitempty"`
	Error     string         `json:"error,omitempty"`
	Effective map[string]any `json:"effective,omitempty"`
	Request   *answer        `json:"request,omitempty"`
}

type refusal struct {
	stage string
	err   error
}

func main() {
	l, p, _ := log.InitLogger(&log.Config{Level: "fatal"})
	log.ReplaceGlobals(l, p)
	_ = zap.NewNop()
	if len(os.Args) > 1 && os.Args[1] == "rows" {
		rows()
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		bench()
		return
	}
	server := config.GetDefaultServerConfig()
	server.AdvertiseAddr = "127.0.0.1:8300"
	server.TZ = "UTC"
	config.StoreGlobalServerConfig(server)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var q question
		if err := decoder.Decode(&q); err != nil {
			return
		}
		_ = encoder.Encode(judge(q))
		if err := out.Flush(); err != nil {
			return
		}
	}
}

func judge(q question) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{Refused: "panic", Stage: "panic", Error: fmt.Sprint(p)}
		}
	}()
	effective, r := read(q)
	if r == nil {
		a = answer{Effective: effective}
		if len(q.Request) > 0 {
			other := request(q)
			a.Request = &other
		}
		return a
	}
	return refused(r)
}

func request(q question) answer {
	body := &v2.ChangefeedConfig{ReplicaConfig: v2.GetDefaultReplicaConfig()}
	if err := json.Unmarshal(q.Request, &body); err != nil {
		return refused(&refusal{"wire", err})
	}
	effective, r := serve(body.ID, body.SinkURI, body.ReplicaConfig)
	if r != nil {
		return refused(r)
	}
	return answer{Effective: effective}
}

func refused(r *refusal) answer {
	code, ok := errors.RFCCode(r.err)
	a := answer{Refused: string(code), Stage: r.stage, Error: r.err.Error()}
	if !ok || a.Refused == "" {
		a.Refused = "error"
	}
	_ = perrors.Cause
	return a
}

func read(q question) (map[string]any, *refusal) {
	// what `cdc cli changefeed create` does
	cfg := config.GetDefaultReplicaConfig()
	meta, err := toml.Decode(q.TOML, cfg)
	if err != nil {
		return nil, &refusal{"toml", err}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, &refusal{"toml", fmt.Errorf("unknown configuration options: %v", unknown)}
	}
	if _, err = filter.VerifyTableRules(cfg.Filter); err != nil {
		return nil, &refusal{"cli", err}
	}
	uri, err := url.Parse(q.SinkURI)
	if err != nil {
		return nil, &refusal{"cli", err}
	}
	cfg.EnableRedoIOCheck = util.AddressOf(false)
	if err = cfg.ValidateAndAdjust(uri); err != nil {
		return nil, &refusal{"cli", err}
	}
	// over the wire
	body, err := json.Marshal(v2.ToAPIReplicaConfig(cfg))
	if err != nil {
		return nil, &refusal{"wire", err}
	}
	received := v2.GetDefaultReplicaConfig()
	if err = json.Unmarshal(body, received); err != nil {
		return nil, &refusal{"wire", err}
	}
	return serve(q.ID, q.SinkURI, received)
}

// What the server does.
func serve(changefeed, sinkURI string, received *v2.ReplicaConfig) (map[string]any, *refusal) {
	err := common.ValidateChangefeedID(changefeed)
	if err != nil {
		return nil, &refusal{"id", err}
	}
	id := common.NewChangeFeedIDWithName(changefeed, common.DefaultKeyspaceName)
	uri, err := url.Parse(sinkURI)
	if err != nil {
		return nil, &refusal{"uri", err}
	}
	if !config.IsMQScheme(uri.Scheme) {
		return nil, &refusal{"uri", fmt.Errorf("not kafka: %s", uri.Scheme)}
	}
	topic, err := helper.GetTopic(uri)
	if err != nil {
		return nil, &refusal{"uri", err}
	}
	replica := received.ToInternalReplicaConfig()
	replica.EnableRedoIOCheck = util.AddressOf(false)
	if err = replica.ValidateAndAdjust(uri); err != nil {
		return nil, &refusal{"server", err}
	}
	if err = filter.Judge(replica.Filter, util.GetOrZero(replica.CaseSensitive)); err != nil {
		return nil, &refusal{"filter", err}
	}
	protocol, _ := config.ParseSinkProtocolFromString(util.GetOrZero(replica.Sink.Protocol))
	isAvro := protocol == config.ProtocolAvro || protocol == config.ProtocolDebeziumAvro
	if _, err = eventrouter.NewEventRouter(replica.Sink, topic, false, isAvro); err != nil {
		return nil, &refusal{"router", err}
	}
	if _, err = columnselector.New(replica.Sink); err != nil {
		return nil, &refusal{"selector", err}
	}
	// what the sink does before it connects; the changefeed's information is what it is given
	info := &config.ChangeFeedInfo{ChangefeedID: id, SinkURI: sinkURI, Config: replica}
	sink := info.ToChangefeedConfig().SinkConfig
	if protocol, err = helper.GetProtocol(util.GetOrZero(sink.Protocol)); err != nil {
		return nil, &refusal{"sink", err}
	}
	options := kafka.NewOptions()
	if err = options.Apply(id, uri, sink); err != nil {
		return nil, &refusal{"kafka", err}
	}
	options.Topic = topic
	codec, err := helper.GetEncoderConfig(id, uri, protocol, sink, options.MaxMessageBytes, options.MaxBatchedBytes)
	if err != nil {
		return nil, &refusal{"codec", err}
	}
	shown, err, invalid := kafka.Effective(context.Background(), options)
	if err != nil {
		return nil, &refusal{"client", err}
	}
	if invalid != nil {
		return nil, &refusal{"sarama", invalid}
	}
	shown["topic"] = topic
	shown["protocol"] = protocol.String()
	shown["enable-tidb-extension"] = codec.EnableTiDBExtension
	shown["avro-decimal-handling-mode"] = codec.AvroDecimalHandlingMode
	shown["avro-bigint-unsigned-handling-mode"] = codec.AvroBigintUnsignedHandlingMode
	shown["avro-include-before-value"] = codec.AvroIncludeBeforeValue
	shown["avro-enable-watermark"] = codec.AvroEnableWatermark
	shown["schema-registry"] = codec.AvroConfluentSchemaRegistry
	shown["max-batch-size"] = codec.MaxBatchSize
	shown["row-checksum"] = codec.EnableRowChecksum
	shown["output-raw-change-event"] = sink.KafkaConfig.GetOutputRawChangeEvent()
	shown["rules"] = replica.Filter.Rules
	shown["case-sensitive"] = util.GetOrZero(replica.CaseSensitive)
	var rules []map[string]any
	for _, rule := range replica.Sink.DispatchRules {
		rules = append(rules, map[string]any{"matcher": rule.Matcher, "topic": rule.TopicRule, "partition": rule.PartitionRule, "index": rule.IndexName, "columns": rule.Columns})
	}
	shown["dispatchers"] = rules
	return shown, nil
}
