// client ADDRESS COMMAND [ID] [BODY FILE]: talks to a TiCDC server with TiCDC's own client, prints what it understood.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/pingcap/log"
	v2 "github.com/pingcap/ticdc/api/v2"
	client "github.com/pingcap/ticdc/pkg/api/v2"
	"github.com/pingcap/ticdc/pkg/errors"
	"github.com/pingcap/ticdc/pkg/security"
)

func main() {
	l, p, _ := log.InitLogger(&log.Config{Level: "fatal"})
	log.ReplaceGlobals(l, p)
	if err := run(os.Args[1:]); err != nil {
		code, _ := errors.RFCCode(err)
		fmt.Printf("{\"error\":%q,\"code\":%q}\n", err.Error(), code)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("client ADDRESS status|tso|captures|list|get|create|verify|update|pause|resume|remove|walk [ID] [FILE]")
	}
	c, err := client.NewAPIClient(args[0], &security.Credential{}, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	id := ""
	if len(args) > 2 {
		id = args[2]
	}
	body := func(into any) error {
		text, err := os.ReadFile(args[3])
		if err != nil {
			return err
		}
		return json.Unmarshal(text, into)
	}
	show := func(what string, value any, err error) error {
		if err != nil {
			return err
		}
		text, err := json.Marshal(value)
		fmt.Printf("%s %s\n", what, text)
		return err
	}
	const keyspace = "default"
	cf := c.Changefeeds()
	switch args[1] {
	case "status":
		value, err := c.Status().Get(ctx)
		return show("status", value, err)
	case "tso":
		value, err := c.Tso().Query(ctx, &v2.UpstreamConfig{})
		return show("tso", value, err)
	case "captures":
		value, err := c.Captures().List(ctx)
		return show("captures", value, err)
	case "list":
		value, err := cf.List(ctx, keyspace, id)
		return show("list", value, err)
	case "get":
		value, err := cf.Get(ctx, keyspace, id)
		return show("get", value, err)
	case "create":
		cfg := &v2.ChangefeedConfig{ReplicaConfig: v2.GetDefaultReplicaConfig()}
		if err := body(cfg); err != nil {
			return err
		}
		if id != "" && id != "-" {
			cfg.ID = id
		}
		value, err := cf.Create(ctx, cfg, keyspace)
		return show("create", value, err)
	case "verify":
		cfg := &v2.VerifyTableConfig{}
		if err := body(cfg); err != nil {
			return err
		}
		value, err := cf.VerifyTable(ctx, cfg, keyspace)
		return show("verify", value, err)
	case "update":
		cfg := &v2.ChangefeedConfig{}
		if err := body(cfg); err != nil {
			return err
		}
		value, err := cf.Update(ctx, cfg, keyspace, id)
		return show("update", value, err)
	case "pause":
		return show("pause", nil, cf.Pause(ctx, keyspace, id))
	case "resume":
		return show("resume", nil, cf.Resume(ctx, &v2.ResumeChangefeedConfig{}, keyspace, id))
	case "remove":
		return show("remove", nil, cf.Delete(ctx, keyspace, id))
	case "walk":
		// everything in the order of a changefeed's life, stopping at the first that fails
		for _, step := range []string{"status", "tso", "captures", "list", "create", "get", "list", "pause", "get", "update", "resume", "get", "remove", "list"} {
			with := []string{args[0], step, id}
			if step == "list" {
				with[2] = "all"
			}
			if err := run(append(with, args[3:]...)); err != nil {
				return fmt.Errorf("%s: %w", step, err)
			}
		}
		return nil
	}
	return fmt.Errorf("no command %s", args[1])
}
