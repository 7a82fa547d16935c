"""What the tests write into stores."""

from __future__ import annotations

ACTOR = "burrow"
USER = b'{"role":"user","content":"[redacted]","created_at":"2026-06-01T10:00:00Z"}'
ANSWER = (
    b'{"role":"block_assistant","blocks":[{"block_type":"text","data":{"text":"an answer from outside"}}],'
    b'"stop_reason":"end_turn","created_at":"2026-06-01T10:00:01Z"}'
)
