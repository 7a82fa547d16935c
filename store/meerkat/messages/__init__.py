"""Stored messages and metadata as they are shown (§2.2–§2.6)."""
