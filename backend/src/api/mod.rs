//! HTTP API: axum lives here only. A handler decodes, calls, encodes.
