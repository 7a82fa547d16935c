"""Changing the stores of a real Meerkat from outside: what a change is, and by which rules (formats/meerkat.md §3.10).

What is kept of a change, and how it is applied and taken back, is the business of `store.guarded`.
"""
