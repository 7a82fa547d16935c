"""Stored bytes and values: exact JSON, and long documents walked without being held (formats/meerkat.md §3.3)."""
