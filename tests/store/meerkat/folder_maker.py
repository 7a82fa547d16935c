"""A realm of JSON documents, made on the fly with whatever bytes a test wants in its files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

OLD_NS = 1_780_000_000_000_000_000
"""When files of such a realm were written, unless a test says otherwise."""


class Folder:
    """A folder of documents while it is made; files are old, as if written long ago."""

    def __init__(self, realm: Path, make: Any) -> None:
        self.path = realm / "sessions_jsonl"
        self.path.mkdir(parents=True)
        (realm / "realm_manifest.json").write_text('{"realm_id":"pages","backend":"jsonl","origin":"explicit"}')
        self.make = make

    def put(self, name: str, data: bytes, age: int = 0) -> Path:
        """Write a file as Meerkat does: beside, then renamed into its place."""
        path = self.path / name
        beside = path.with_name(f"{name}.tmp")
        beside.write_bytes(data)
        os.utime(beside, ns=(OLD_NS - age, OLD_NS - age))
        beside.replace(path)
        return path

    def add(self, number: int, texts: list[str], metadata: dict[str, Any] | None = None, **sidecar: Any) -> str:
        """Add a session with its sidecar; `sidecar=None` leaves that out, other arguments replace its fields."""
        name = self.make.session_id(number)
        data = self.make.document(name, [self.make.user(text) for text in texts], metadata)
        self.put(f"{name}.jsonl", data, number)
        if sidecar.pop("sidecar", True):
            stored = json.loads(data)
            fields = {
                "id": name,
                "created_at": stored["created_at"],
                "updated_at": stored["updated_at"],
                "message_count": len(texts),
                "total_tokens": 10,
                "metadata": stored["metadata"],
            } | sidecar
            self.put(f"{name}.meta", self.make.dump(fields), number)
        return str(name)

    def settle(self) -> None:
        """Let the folder itself look old."""
        os.utime(self.path, ns=(OLD_NS, OLD_NS))
