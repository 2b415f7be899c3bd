//! The TPC-C workload as a source.
