"""Proofs of what a Meerkat store promises of its sessions, and where their bytes go (formats/meerkat.md §1.5, §3)."""
