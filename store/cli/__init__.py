"""The command line, for people and for programs: no Qt, no window, the same library as the window."""

from store.cli.arguments import COMMANDS
from store.cli.entry import main

__all__ = ["COMMANDS", "main"]
