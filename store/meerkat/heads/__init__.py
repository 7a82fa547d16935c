"""Sessions that are a head with strands and cells (§1.5)."""
