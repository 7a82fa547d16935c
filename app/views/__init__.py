"""Widgets: they paint and turn mouse and keys into typed signals. They hold no rules."""
