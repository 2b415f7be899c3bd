package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pingcap/ticdc/downstreamadapter/sink/columnselector"
	"github.com/pingcap/ticdc/downstreamadapter/sink/eventrouter"
	"github.com/pingcap/ticdc/pkg/common"
	"github.com/pingcap/ticdc/pkg/common/event"
	"github.com/pingcap/ticdc/pkg/config"
	"github.com/pingcap/ticdc/pkg/sink/codec/avro"
	codec "github.com/pingcap/ticdc/pkg/sink/codec/common"
	"github.com/pingcap/tidb/pkg/meta/model"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/charset"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver"
	"github.com/pingcap/tidb/pkg/types"
	"github.com/pingcap/tidb/pkg/util/chunk"
)

type rowsQuestion struct {
	Schema    string `json:"schema"`
	DDL       string `json:"ddl"`
	Clustered bool   `json:"clustered"`
	// by column: null, {"text": …} or {"bytes": base64}
	Defaults []*struct {
		Text  *string `json:"text"`
		Bytes []byte  `json:"bytes"`
	} `json:"defaults"`
	Extension   bool   `json:"extension"`
	Decimal     string `json:"decimal"`
	Bigint      string `json:"bigint"`
	Dispatchers []struct {
		Matcher   []string `json:"matcher"`
		Topic     string   `json:"topic"`
		Partition string   `json:"partition"`
		Index     string   `json:"index"`
		Columns   []string `json:"columns"`
	} `json:"dispatchers"`
	DefaultTopic string `json:"default_topic"`
	Partitions   int32  `json:"partitions"`
	Events       []struct {
		CommitTs uint64              `json:"commit_ts"`
		Before   [][]json.RawMessage `json:"before"`
		After    [][]json.RawMessage `json:"after"`
	} `json:"events"`
}

type record struct {
	Partition int32  `json:"partition"`
	Key       string `json:"key"`
	Value     string `json:"value"`
	Error     string `json:"error,omitempty"`
}

type rowsAnswer struct {
	Topic    string            `json:"topic,omitempty"`
	Subjects map[string]string `json:"subjects,omitempty"`
	Records  []record          `json:"records,omitempty"`
	Error    string            `json:"error,omitempty"`
}

// A registry that gives ids in order of first use of a text.
type registry struct {
	sync.Mutex
	ids      map[string]int
	subjects map[string]string
}

func (r *registry) reset() {
	r.Lock()
	defer r.Unlock()
	r.ids, r.subjects = map[string]int{}, map[string]string{}
}

func (r *registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.Method == http.MethodGet {
		_, _ = io.WriteString(w, "{}")
		return
	}
	var body struct{ Schema string }
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.Lock()
	defer r.Unlock()
	id, ok := r.ids[body.Schema]
	if !ok {
		id = len(r.ids) + 1
		r.ids[body.Schema] = id
	}
	r.subjects[strings.TrimSuffix(strings.TrimPrefix(q.URL.Path, "/subjects/"), "/versions")] = body.Schema
	_, _ = fmt.Fprintf(w, `{"id":%d}`, id)
}

func rows() {
	reg := &registry{}
	server := httptest.NewServer(reg)
	defer server.Close()
	out := bufio.NewWriter(os.Stdout)
	decoder := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for n := uint64(1); ; n++ {
		var q rowsQuestion
		if err := decoder.Decode(&q); err != nil {
			if err != io.EOF {
				fmt.Fprintln(os.Stderr, err)
			}
			return
		}
		_ = encoder.Encode(encodeRows(q, reg, server.URL, n))
		if err := out.Flush(); err != nil {
			return
		}
	}
}

func encodeRows(q rowsQuestion, reg *registry, url string, version uint64) (a rowsAnswer) {
	defer func() {
		if p := recover(); p != nil {
			a = rowsAnswer{Error: fmt.Sprint("panic: ", p)}
		}
	}()
	fail := func(err error) rowsAnswer { return rowsAnswer{Error: err.Error()} }
	info, err := tableInfo(q, version)
	if err != nil {
		return fail(err)
	}
	table := common.WrapTableInfo(q.Schema, info)
	sink := &config.SinkConfig{}
	for _, d := range q.Dispatchers {
		sink.DispatchRules = append(sink.DispatchRules, &config.DispatchRule{Matcher: d.Matcher, TopicRule: d.Topic, PartitionRule: d.Partition, IndexName: d.Index, Columns: d.Columns})
	}
	router, err := eventrouter.NewEventRouter(sink, q.DefaultTopic, false, true)
	if err != nil {
		return fail(err)
	}
	if err = router.VerifyTables([]*common.TableInfo{table}); err != nil {
		return fail(err)
	}
	reg.reset()
	cfg := codec.NewConfig(config.ProtocolAvro)
	cfg.EnableTiDBExtension = q.Extension
	cfg.AvroDecimalHandlingMode = q.Decimal
	cfg.AvroBigintUnsignedHandlingMode = q.Bigint
	cfg.AvroConfluentSchemaRegistry = url
	cfg.ChangefeedID = common.NewChangeFeedIDWithName("oracle", common.DefaultKeyspaceName)
	enc, err := avro.NewAvroEncoder(context.Background(), cfg)
	if err != nil {
		return fail(err)
	}
	a.Topic = router.GetTopicForRowChange(q.Schema, info.Name.O)
	generator := router.GetPartitionGenerator(q.Schema, info.Name.O)
	for _, e := range q.Events {
		a.Records = append(a.Records, encodeRow(q, e.CommitTs, e.Before, e.After, a.Topic, table, generator, enc))
	}
	reg.Lock()
	defer reg.Unlock()
	a.Subjects = reg.subjects
	return a
}

type partitioner interface {
	GeneratePartitionIndexAndKey(row *event.RowChange, partitionNum int32, tableInfo *common.TableInfo, commitTs uint64) (int32, string, error)
}

func encodeRow(q rowsQuestion, commitTs uint64, before, after [][]json.RawMessage, topic string, table *common.TableInfo, generator partitioner, enc codec.EventEncoder) record {
	fail := func(err error) record { return record{Error: err.Error()} }
	var change event.RowChange
	var err error
	if change.PreRow, err = row(table, before); err != nil {
		return fail(err)
	}
	if change.Row, err = row(table, after); err != nil {
		return fail(err)
	}
	partition, _, err := generator.GeneratePartitionIndexAndKey(&change, q.Partitions, table, commitTs)
	if err != nil {
		return fail(err)
	}
	rowEvent := &event.RowEvent{
		TableInfo: table, CommitTs: commitTs, Event: change,
		ColumnSelector: columnselector.NewDefaultColumnSelector(), Callback: func() {},
	}
	if err = enc.AppendRowChangedEvent(context.Background(), topic, rowEvent); err != nil {
		enc.Build()
		return fail(err)
	}
	messages := enc.Build()
	return record{Partition: partition, Key: hex.EncodeToString(messages[0].Key), Value: hex.EncodeToString(messages[0].Value)}
}

func row(table *common.TableInfo, cells [][]json.RawMessage) (chunk.Row, error) {
	if cells == nil {
		return chunk.Row{}, nil
	}
	columns := table.GetColumns()
	if len(cells) != len(columns) {
		return chunk.Row{}, fmt.Errorf("%d cells for %d columns", len(cells), len(columns))
	}
	values := make([]any, len(cells))
	for i, raw := range cells {
		value, err := cell(columns[i], raw)
		if err != nil {
			return chunk.Row{}, fmt.Errorf("%s: %w", columns[i].Name.O, err)
		}
		values[i] = value
	}
	return chunk.Row{Cells: values}, nil
}

func cell(column *model.ColumnInfo, raw []json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var kind string
	if err := json.Unmarshal(raw[0], &kind); err != nil {
		return nil, err
	}
	var text []byte
	var signed int64
	var unsigned uint64
	var err error
	switch kind {
	case "i":
		err = json.Unmarshal(raw[1], &signed)
		unsigned = uint64(signed)
	case "u", "f", "d":
		err = json.Unmarshal(raw[1], &unsigned)
		signed = int64(unsigned)
	case "b":
		var encoded string
		if err = json.Unmarshal(raw[1], &encoded); err == nil {
			text, err = base64.StdEncoding.DecodeString(encoded)
		}
	}
	if err != nil {
		return nil, err
	}
	switch column.GetType() {
	case mysql.TypeTiny, mysql.TypeShort, mysql.TypeInt24, mysql.TypeLong, mysql.TypeLonglong:
		if mysql.HasUnsignedFlag(column.GetFlag()) {
			return unsigned, nil
		}
		return signed, nil
	case mysql.TypeYear:
		return signed, nil
	case mysql.TypeFloat:
		return math.Float32frombits(uint32(unsigned)), nil
	case mysql.TypeDouble:
		return math.Float64frombits(unsigned), nil
	case mysql.TypeBit:
		length := (column.GetFlen() + 7) / 8
		b := make(types.BinaryLiteral, length)
		for i := range b {
			b[len(b)-1-i] = byte(unsigned >> (8 * i))
		}
		return b, nil
	case mysql.TypeEnum, mysql.TypeSet:
		return types.Enum{Value: unsigned}, nil
	case mysql.TypeNewDecimal:
		return types.NewMyDecimal(string(text)), nil
	case mysql.TypeDate, mysql.TypeDatetime, mysql.TypeTimestamp:
		return types.NewTime(string(text)), nil
	case mysql.TypeDuration:
		return types.NewDuration(string(text)), nil
	case mysql.TypeJSON:
		return types.NewJSON(string(text)), nil
	case mysql.TypeTiDBVectorFloat32:
		return types.NewVector(string(text)), nil
	}
	if text == nil {
		text = []byte{}
	}
	return text, nil
}

// The table as TiDB would describe it: types by TiDB's parser, keys as its DDL makes them.
func tableInfo(q rowsQuestion, version uint64) (*model.TableInfo, error) {
	statement, err := parser.New().ParseOneStmt(q.DDL, "", "")
	if err != nil {
		return nil, err
	}
	create, ok := statement.(*ast.CreateTableStmt)
	if !ok {
		return nil, fmt.Errorf("no CREATE TABLE")
	}
	info := &model.TableInfo{ID: int64(version), Name: create.Table.Name, Charset: "utf8mb4", Collate: "utf8mb4_bin", UpdateTS: version}
	offsets := map[string]int{}
	addIndex := func(name string, unique, primary bool, columns []string) {
		index := &model.IndexInfo{ID: int64(len(info.Indices) + 1), Name: ast.NewCIStr(name), Unique: unique, Primary: primary, State: model.StatePublic}
		for _, column := range columns {
			offset := offsets[strings.ToLower(column)]
			index.Columns = append(index.Columns, &model.IndexColumn{Name: info.Columns[offset].Name, Offset: offset, Length: -1})
		}
		info.Indices = append(info.Indices, index)
	}
	var primary []string
	type unique struct {
		name    string
		columns []string
		unique  bool
	}
	var uniques []unique
	for i, def := range create.Cols {
		column := &model.ColumnInfo{ID: int64(i + 1), Name: def.Name.Name, Offset: i, FieldType: *def.Tp, State: model.StatePublic}
		switch column.GetType() {
		case mysql.TypeVarchar, mysql.TypeString, mysql.TypeVarString, mysql.TypeBlob, mysql.TypeTinyBlob, mysql.TypeMediumBlob, mysql.TypeLongBlob, mysql.TypeEnum, mysql.TypeSet:
			if column.GetCharset() == "" {
				column.SetCharset("utf8mb4")
				column.SetCollate("utf8mb4_bin")
			}
		default:
			column.SetCharset(charset.CharsetBin)
			column.SetCollate(charset.CollationBin)
			column.AddFlag(mysql.BinaryFlag)
		}
		if column.GetType() == mysql.TypeBit && column.GetFlen() <= 0 {
			column.SetFlen(1)
		}
		for _, option := range def.Options {
			switch option.Tp {
			case ast.ColumnOptionNotNull:
				column.AddFlag(mysql.NotNullFlag)
			case ast.ColumnOptionPrimaryKey:
				primary = append(primary, column.Name.O)
			case ast.ColumnOptionUniqKey:
				uniques = append(uniques, unique{column.Name.O, []string{column.Name.O}, true})
			case ast.ColumnOptionAutoIncrement:
				column.AddFlag(mysql.AutoIncrementFlag)
			case ast.ColumnOptionGenerated:
				column.GeneratedExprString = "x"
				column.GeneratedStored = option.Stored
			}
		}
		if i < len(q.Defaults) && q.Defaults[i] != nil {
			d := q.Defaults[i]
			if d.Text != nil {
				column.DefaultValue = *d.Text
			} else if column.GetType() == mysql.TypeBit {
				column.DefaultValueBit = d.Bytes
			} else {
				column.DefaultValue = string(d.Bytes)
			}
		}
		offsets[column.Name.L] = i
		info.Columns = append(info.Columns, column)
	}
	for _, constraint := range create.Constraints {
		var names []string
		for _, key := range constraint.Keys {
			names = append(names, key.Column.Name.O)
		}
		switch constraint.Tp {
		case ast.ConstraintPrimaryKey:
			primary = names
		case ast.ConstraintUniq, ast.ConstraintUniqKey, ast.ConstraintUniqIndex:
			uniques = append(uniques, unique{constraint.Name, names, true})
		case ast.ConstraintKey, ast.ConstraintIndex:
			uniques = append(uniques, unique{constraint.Name, names, false})
		}
	}
	for _, name := range primary {
		column := info.Columns[offsets[strings.ToLower(name)]]
		column.AddFlag(mysql.PriKeyFlag | mysql.NotNullFlag)
	}
	if len(primary) == 1 && q.Clustered && mysql.IsIntegerType(info.Columns[offsets[strings.ToLower(primary[0])]].GetType()) {
		info.PKIsHandle = true
	} else if len(primary) > 0 {
		info.IsCommonHandle = q.Clustered
		addIndex("PRIMARY", true, true, primary)
	}
	for _, u := range uniques {
		addIndex(u.name, u.unique, false, u.columns)
	}
	return info, nil
}

// Rows a second of the encoder, of one goroutine, with rows of TPC-C's order_line.
func bench() {
	reg := &registry{}
	server := httptest.NewServer(reg)
	defer server.Close()
	reg.reset()
	q := rowsQuestion{Schema: "tpcc", Clustered: true, Decimal: "precise", Bigint: "long", Partitions: 6, DefaultTopic: "t", DDL: `CREATE TABLE order_line (
  ol_o_id INT NOT NULL, ol_d_id INT NOT NULL, ol_w_id INT NOT NULL, ol_number INT NOT NULL, ol_i_id INT NOT NULL, ol_supply_w_id INT,
  ol_delivery_d DATETIME, ol_quantity INT, ol_amount DECIMAL(6,2), ol_dist_info CHAR(24), PRIMARY KEY (ol_w_id, ol_d_id, ol_o_id, ol_number))`}
	info, err := tableInfo(q, 1)
	if err != nil {
		panic(err)
	}
	table := common.WrapTableInfo("tpcc", info)
	sink := &config.SinkConfig{DispatchRules: []*config.DispatchRule{{Matcher: []string{"*.*"}, TopicRule: "tidb_{schema}_{table}", PartitionRule: "index-value"}}}
	router, err := eventrouter.NewEventRouter(sink, "t", false, true)
	if err != nil {
		panic(err)
	}
	cfg := codec.NewConfig(config.ProtocolAvro)
	cfg.AvroConfluentSchemaRegistry = server.URL
	cfg.ChangefeedID = common.NewChangeFeedIDWithName("oracle", common.DefaultKeyspaceName)
	enc, err := avro.NewAvroEncoder(context.Background(), cfg)
	if err != nil {
		panic(err)
	}
	generator := router.GetPartitionGenerator("tpcc", "order_line")
	selector := columnselector.NewDefaultColumnSelector()
	const rows = 1000
	events := make([]*event.RowEvent, rows)
	for i := range events {
		n := int64(i)
		events[i] = &event.RowEvent{TableInfo: table, CommitTs: 445644800000000005, ColumnSelector: selector, Callback: func() {}, Event: event.RowChange{Row: chunk.Row{Cells: []any{
			n % 3000, n % 10, int64(1), n % 15, n * 7 % 100000, int64(1), types.NewTime("2024-01-02 03:04:05"), int64(5),
			types.NewMyDecimal(fmt.Sprintf("%d.%02d", n%9999, n%100)), []byte("abcdefghijklmnopqrstuvwx"),
		}}}}
	}
	start := time.Now()
	count := 0
	for time.Since(start) < 5*time.Second {
		for _, e := range events {
			topic := router.GetTopicForRowChange("tpcc", "order_line")
			if _, _, err = generator.GeneratePartitionIndexAndKey(&e.Event, 6, table, e.CommitTs); err != nil {
				panic(err)
			}
			if err = enc.AppendRowChangedEvent(context.Background(), topic, e); err != nil {
				panic(err)
			}
			enc.Build()
		}
		count += rows
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"name": "ticdc encode, order_line", "value": math.Round(float64(count) / time.Since(start).Seconds()), "unit": "rows/s"})
}
