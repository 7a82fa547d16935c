"""Messages and documents as Meerkat holds them after a load, and the digests of that (§2.1–§2.7, §3.2, §3.3). Pure."""
