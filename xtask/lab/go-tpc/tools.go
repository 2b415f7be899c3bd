//go:build tools

// Package lab pins go-tpc, the TPC-C workload of PingCAP, with everything it is built from.
package lab

import _ "github.com/pingcap/go-tpc/cmd/go-tpc"
