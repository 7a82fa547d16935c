"""Icons, fonts and tokens, read through importlib.resources."""
