//! A BigQuery for tests: holds download events, and answers the queries that the collector sends.
