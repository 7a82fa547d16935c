"""The version of Burrow, the same as in the project's metadata (a test compares them)."""

from __future__ import annotations

VERSION = "0.1.0"
"""Follows semantic versioning: the command line's JSON is part of the interface."""
