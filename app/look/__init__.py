"""Colours, type, measures and icons: everything comes from resources/look/tokens.json."""
