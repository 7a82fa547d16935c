"""Frozen values that cross threads; the only part of `store` that views and models may import."""
