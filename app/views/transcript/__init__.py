"""The transcript: one scroll area that paints the visible messages itself."""
