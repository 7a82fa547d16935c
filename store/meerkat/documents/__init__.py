"""Sessions that are JSON files: alone, or a realm of them (§1.6)."""
