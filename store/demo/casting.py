"""Who worked on what, and when: places the stories in the calendar and turns each into a session to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from store.cancel import CancelToken
from store.demo.chance import Chance
from store.demo.history import GRAPH_KEY, Message, Transcript
from store.demo.scripts import Story, read_stories, read_work
from store.demo.telling import COMPACTION_MARK, Line, Teller
from store.demo.work import Pool, expand
from store.meerkat.writer import NewSession, RunRow
from store.values.session import Usage

REALM_ID: Final = "orchard"
REALM_CREATED_S: Final = 1_771_405_200
"""18 February 2026, 09:00 UTC."""

LAST_DAY: Final = datetime(2026, 8, 17, tzinfo=UTC)
"""The day before the newest sessions, whose times are written in their stories."""

DAYS: Final = 180
CHARS_PER_TOKEN: Final = 3.7

MODELS: Final[Mapping[str, tuple[str, str]]] = {
    "opus": ("claude-opus-4-8", "anthropic"),
    "sonnet": ("claude-sonnet-4-5", "anthropic"),
    "gpt": ("gpt-5.2", "open_a_i"),
    "gpt-mini": ("gpt-5.2-mini", "open_a_i"),
    "gemini": ("gemini-3-pro", "gemini"),
    "local": ("qwen3-coder-30b", "self_hosted"),
}
TEAMS: Final[Mapping[str, str]] = {
    "orchard": "storage",
    "harbor": "platform",
    "ledger": "billing",
    "lantern": "web",
    "quarry": "data",
    "tidepool": "mobile",
    "beacon": "platform",
}
SYSTEM_PROMPT: Final = """You are a careful software engineer working in the repository `{project}`.

# How to work
- Read before you change. Say what you found, then what you will do.
- Make the smallest change that solves the problem, and prove it with a test that failed before.
- Run the checks that concern what you touched, and report their real output.
- Never print secrets, and never touch production data.

# Available tools
bash · read_file · write_file · edit_file · search · list_files · run_tests · fetch_url · query_db"""


def tell_all(blobs: Mapping[str, str], token: CancelToken) -> Iterator[NewSession]:
    """Tell every story, oldest sessions first.

    Args:
        blobs: blob id of each picture.
    """
    stories = list(read_stories())
    pools = read_work()
    for start, story in sorted(_calendar(stories), key=lambda entry: entry[0]):
        token.check()
        yield tell(story, start, blobs, pools)


def _calendar(stories: list[Story]) -> Iterator[tuple[datetime, Story]]:
    """Give every story its start; those without a time of their own get working hours, denser towards the end."""
    undated = sorted((story for story in stories if "at" not in story.fields), key=lambda story: _rank(story.title))
    for place, story in enumerate(undated):
        chance = Chance(f"day of {story.title}")
        back = int(DAYS * ((place + 0.3) / len(undated)) ** 1.45)
        day = LAST_DAY - timedelta(days=back)
        if day.weekday() >= 5 and chance.happens(0.9):
            day -= timedelta(days=day.weekday() - 4)
        # Two humps, one before and one after the midday break; hardly anybody works late.
        hour = chance.one_of((7, 8, 8, 9, 9, 9, 10, 10, 11, 13, 13, 14, 14, 15, 15, 16, 19))
        yield day + timedelta(hours=hour, minutes=chance.whole(0, 59), seconds=chance.whole(0, 59)), story
    for story in stories:
        if "at" in story.fields:
            chance = Chance(f"second of {story.title}")
            yield datetime.fromisoformat(story.fields["at"] + f":{chance.whole(0, 59):02}+00:00"), story


def _rank(title: str) -> int:
    return Chance(f"rank of {title}").whole(0, 1 << 40)


class _Telling:
    """One session coming to be: its clock, its transcript, its runs."""

    def __init__(self, story: Story, start: datetime, chance: Chance) -> None:
        self.story, self.chance = story, chance
        self.created_ns = int(start.timestamp()) * 1_000_000_000 + chance.whole(1_000_000, 998_000_000)
        self.now_ns = self.created_ns
        self.session_id = chance.uuid7(self.created_ns // 1_000_000)
        self.transcript = Transcript()
        self.runs: list[RunRow] = []
        self.last_compaction: int | None = None
        self._open: tuple[str, str, str, int] | None = None

    def add(self, message: Message, gap_s: float) -> None:
        """Add a message that many seconds later."""
        self.now_ns += int(gap_s * 1e9) + self.chance.whole(1, 9_999)
        self.transcript.append({**message, "created_at": rfc3339(self.now_ns)}, self.now_ns)

    def begin_run(self, prompt: str) -> None:
        """A person's prompt was taken in."""
        time_ms = self.now_ns // 1_000_000
        self._open = (self.chance.uuid7(time_ms), self.chance.uuid7(time_ms + 12), prompt, self.now_ns)

    def end_run(self) -> None:
        """The run that is open, if one is, has come to its end."""
        if self._open is None:
            return
        input_id, run_id, prompt, begun_ns = self._open
        self._open = None
        receipt = {
            "run_id": run_id,
            "boundary": "run_start",
            "contributing_input_ids": [input_id],
            "conversation_digest": self.transcript.digest().removeprefix("sha256:"),
            "message_count": len(self.transcript.messages),
            "sequence": 0,
        }
        state = _consumed_input(input_id, run_id, prompt, begun_ns, self.now_ns)
        self.runs.append(RunRow(input_id, run_id, state, receipt))

    def compact(self, summary: str, gap_s: float) -> None:
        """Compact the transcript as formats/meerkat.md §4.4 describes, keeping the last four turns."""
        self.now_ns += int(gap_s * 1e9)
        messages = self.transcript.messages
        turns = [index for index, message in enumerate(messages) if message["role"] == "user"]
        kept = messages[turns[-4] :]
        marker = {"role": "user", "content": COMPACTION_MARK + summary, "created_at": rfc3339(self.now_ns)}
        whole = [messages[0], marker, *kept]
        self.transcript.rewrite(0, len(messages), whole, {"kind": "compaction"}, "meerkat-core", self.now_ns)
        self.last_compaction = len(self.runs)

    def redact(self, order: Mapping[str, Any]) -> None:
        """Replace a text wherever it stands, by one commit over the messages that hold it."""
        self.now_ns += int(float(order.get("after_min", 6)) * 60e9) + self.chance.whole(1, 999_999)
        held = [i for i, encoded in enumerate(self.transcript.encoded) if order["find"].encode() in encoded]
        start, end = held[0], held[-1] + 1
        replacement = [
            _replaced(message, order["find"], order["put"]) for message in self.transcript.messages[start:end]
        ]
        reason = {"kind": order["kind"]} | ({"note": order["note"]} if "note" in order else {})
        self.transcript.rewrite(start, end, replacement, reason, order["actor"], self.now_ns)


def tell(story: Story, start: datetime, blobs: Mapping[str, str], pools: Mapping[str, Pool]) -> NewSession:
    """Tell one story as a session that begins at a time."""
    chance = Chance(f"session {story.title} {start.isoformat()}")
    model, provider = MODELS[story.fields.get("model", "opus")]
    telling = _Telling(story, start, chance)
    project = story.fields.get("project", "orchard")
    if story.fields.get("system", True):
        telling.add({"role": "system", "content": SYSTEM_PROMPT.format(project=project)}, 0.0)
    lines = Teller(provider, chance, blobs).tell(list(expand(story.pieces, pools, chance)))
    span_min = story.fields.get("span")
    scale = span_min * 60 / sum(line.gap_s for line in lines) if span_min else 1.0
    for line in lines:
        _tell_line(telling, line, scale)
    telling.end_run()
    for order in story.fields.get("rewrite", []):
        telling.redact(order)
    return NewSession(
        session_id=telling.session_id,
        created_at_ns=telling.created_ns,
        updated_at_ns=telling.now_ns + chance.whole(2_000_000, 40_000_000),
        messages=telling.transcript.encoded,
        metadata=_metadata(telling, model, provider, project),
        usage=_usage(telling.transcript, provider),
        runtime_state="retired" if story.fields.get("state") == "archived" else "idle",
        runs=telling.runs,
    )


def _tell_line(telling: _Telling, line: Line, scale: float) -> None:
    if line.compaction is not None:
        telling.end_run()
        telling.compact(line.compaction, line.gap_s * scale)
        return
    if line.prompt is not None:
        telling.end_run()
    telling.add(line.message, line.gap_s * scale)
    if line.prompt is not None:
        telling.begin_run(line.prompt)


def _metadata(telling: _Telling, model: str, provider: str, project: str) -> dict[str, Any]:
    story = telling.story
    labels = {"project": project, "team": TEAMS[project], **story.fields.get("labels", {})}
    if story.is_labelled:
        labels["title"] = story.title
    build: dict[str, Any] = {"system_prompt": SYSTEM_PROMPT.format(project=project)}
    if "shell_env" in story.fields:
        build["shell_env"] = story.fields["shell_env"]
    deferred: dict[str, Any] = {"first_turn_phase": "consumed"}
    if "pending" in story.fields:
        accepted = {"secs_since_epoch": telling.created_ns // 10**9, "nanos_since_epoch": 204_118_030}
        prompt = {"prompt": story.fields["pending"], "accepted_at": accepted}
        deferred = {"first_turn_phase": "pending", "pending_initial_prompt": prompt}
    metadata: dict[str, Any] = {
        "session_build_state": build,
        "session_deferred_turn_state": deferred,
        "session_labels": labels,
        "session_metadata": _session_metadata(model, provider, story.fields),
        "session_system_context_state": {},
        "session_tool_visibility_state_v1": {},
    }
    if telling.runs:
        metadata["session_compaction_cadence"] = {"session_boundary_index": len(telling.runs)}
        if telling.last_compaction is not None:
            metadata["session_compaction_cadence"]["last_compaction_boundary_index"] = telling.last_compaction
    if story.fields.get("state") == "archived":
        metadata["session_archived"] = True
    if telling.transcript.graph is not None:
        metadata[GRAPH_KEY] = telling.transcript.graph
    return metadata


def _session_metadata(model: str, provider: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    tooling = dict.fromkeys(
        ("comms", "image_generation", "memory", "mob", "schedule", "web_search", "workgraph"), "inherit"
    )
    stored: dict[str, Any] = {
        "schema_version": 2,
        "model": model,
        "max_tokens": 8192,
        "structured_output_retries": 2,
        "provider": provider,
        "tooling": {**tooling, "builtins": "enable", "shell": "enable"},
        "keep_alive": False,
        "comms_name": fields.get("comms_name"),
        "realm_id": REALM_ID,
        "backend": "sqlite",
        "config_generation": 3,
    }
    if provider == "self_hosted":
        stored["self_hosted_server_id"] = "workshop"
    if "provider_params" in fields:
        stored["provider_params"] = fields["provider_params"]
    return stored


def _usage(transcript: Transcript, provider: str) -> Usage:
    """Tokens in proportion to what was written and read; providers report their caches differently."""
    written = sum(
        len(encoded)
        for message, encoded in zip(transcript.messages, transcript.encoded, strict=True)
        if message["role"] in ("block_assistant", "assistant")
    )
    if not written:
        return Usage(0, 0)
    read = sum(len(encoded) for encoded in transcript.encoded) - written
    pictures = sum(encoded.count(b'"source":"inline"') for encoded in transcript.encoded)
    tokens_in = int(min(read, 900_000) / CHARS_PER_TOKEN) + 1_150 + 1_600 * pictures
    tokens_out = int(written / CHARS_PER_TOKEN)
    if provider == "anthropic":
        return Usage(tokens_in, tokens_out, int(tokens_in * 0.22), int(tokens_in * 0.61))
    return Usage(tokens_in, tokens_out, None, int(tokens_in * 0.48) if provider == "open_a_i" else None)


def _consumed_input(input_id: str, run_id: str, prompt: str, begun_ns: int, ended_ns: int) -> dict[str, Any]:
    """The row that a finished prompt leaves in `runtime_input_states` (formats/meerkat.md §1.2)."""

    def step(time_ns: int, old: str, new: str, reason: str) -> dict[str, str]:
        return {"timestamp": rfc3339(time_ns), "from": old, "to": new, "reason": reason}

    applied = "applied_pending_consumption"
    return {
        "input_id": input_id,
        "current_state": "consumed",
        "policy": {
            "version": 1,
            "decision": {
                "apply_mode": "stage_run_start",
                "wake_mode": "wake_if_idle",
                "queue_mode": "fifo",
                "consume_point": "on_run_complete",
                "drain_policy": "queue_next_turn",
                "routing_disposition": "queue",
                "record_transcript": True,
                "emit_operator_content": True,
                "policy_version": 1,
            },
        },
        "runtime_semantics": {
            "boundary": "run_start",
            "execution_kind": "content_turn",
            "peer_response_terminal_apply_intent": None,
        },
        "terminal_outcome": {"outcome_type": "consumed"},
        "durability": "durable",
        "attempt_count": 1,
        "recovery_count": 0,
        "history": [
            step(begun_ns + 310_000, "accepted", "queued", "QueueAccepted"),
            step(begun_ns + 12_900_000, "queued", "staged", f"StageForRun({run_id})"),
            step(ended_ns + 1_000_000, "staged", "applied", f"MarkApplied({run_id})"),
            step(ended_ns + 1_000_000, "applied", applied, "MarkAppliedPendingConsumption(boundary_sequence=0)"),
            step(ended_ns + 1_080_000, applied, "consumed", "Consume"),
        ],
        "persisted_input": {
            "input_type": "prompt",
            "header": {
                "id": input_id,
                "timestamp": rfc3339(begun_ns),
                "source": {"type": "operator"},
                "durability": "durable",
                "visibility": {"transcript_eligible": True, "operator_eligible": True},
            },
            "text": prompt,
        },
        "last_run_id": run_id,
        "last_boundary_sequence": 0,
        "created_at": rfc3339(begun_ns + 300_000),
        "updated_at": rfc3339(ended_ns + 1_080_000),
    }


def _replaced(value: Any, find: str, put: str) -> Any:
    if isinstance(value, str):
        return value.replace(find, put)
    if isinstance(value, dict):
        return {key: _replaced(entry, find, put) for key, entry in value.items()}
    if isinstance(value, list):
        return [_replaced(entry, find, put) for entry in value]
    return value


def rfc3339(time_ns: int) -> str:
    """Print a time as messages hold it: 0, 3, 6 or 9 digits, the fewest that are exact (§2.2)."""
    seconds, nanos = divmod(time_ns, 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if nanos == 0:
        return text + "Z"
    digits = f"{nanos:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{text}.{digits}Z"
