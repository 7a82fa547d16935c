"""Item models: they hold texts that are ready, and look up; they never read, parse or measure."""
