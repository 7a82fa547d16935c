"""What a transcript was before it was rewritten: graphs, rewrites, and their proof (§1.5, §3.4)."""
