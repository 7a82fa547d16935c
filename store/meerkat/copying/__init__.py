"""Sessions copied into a new database of the reference schema (§1.1, §3.10)."""
