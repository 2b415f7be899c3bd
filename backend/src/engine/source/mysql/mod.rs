//! MySQL and MariaDB row binlog as a source.
