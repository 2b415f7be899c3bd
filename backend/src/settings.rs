//! Settings: defaults < environment < flags.
