"""What surrounds the transcript of a demo session: metadata, usage, the rows of its finished prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from store.demo.history import GRAPH_KEY, Transcript
from store.demo.realm_id import REALM_ID
from store.demo.scripts import Story
from store.meerkat.messages.times import message_time
from store.values.session import Usage

CHARS_PER_TOKEN: Final = 3.7

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


def session_metadata(
    story: Story, transcript: Transcript, model: tuple[str, str], created_ns: int, boundaries: tuple[int, int | None]
) -> dict[str, Any]:
    """The metadata of a session, of the keys that Meerkat 0.6.24 writes (formats/meerkat.md §2.6).

    Args:
        model: name and provider.
        boundaries: finished runs, and the last one before a compaction, if there was one.
    """
    project = story.fields.get("project", "orchard")
    runs, last_compaction = boundaries
    labels = {"project": project, "team": TEAMS[project], **story.fields.get("labels", {})}
    if story.is_labelled:
        labels["title"] = story.title
    build: dict[str, Any] = {"system_prompt": SYSTEM_PROMPT.format(project=project)}
    if "shell_env" in story.fields:
        build["shell_env"] = story.fields["shell_env"]
    deferred: dict[str, Any] = {"first_turn_phase": "consumed"}
    if "pending" in story.fields:
        accepted = {"secs_since_epoch": created_ns // 10**9, "nanos_since_epoch": 204_118_030}
        prompt = {"prompt": story.fields["pending"], "accepted_at": accepted}
        deferred = {"first_turn_phase": "pending", "pending_initial_prompt": prompt}
    metadata: dict[str, Any] = {
        "session_build_state": build,
        "session_deferred_turn_state": deferred,
        "session_labels": labels,
        "session_metadata": _model_fields(*model, story.fields),
        "session_system_context_state": {},
        "session_tool_visibility_state_v1": {},
    }
    if runs:
        metadata["session_compaction_cadence"] = {"session_boundary_index": runs}
        if last_compaction is not None:
            metadata["session_compaction_cadence"]["last_compaction_boundary_index"] = last_compaction
    if story.fields.get("state") == "archived":
        metadata["session_archived"] = True
    if transcript.graph is not None:
        metadata[GRAPH_KEY] = transcript.graph
    return metadata


def _model_fields(model: str, provider: str, fields: Mapping[str, Any]) -> dict[str, Any]:
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


def estimate_usage(transcript: Transcript, provider: str) -> Usage:
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


def consumed_input(input_id: str, run_id: str, prompt: str, begun_ns: int, ended_ns: int) -> dict[str, Any]:
    """The row that a finished prompt leaves in `runtime_input_states` (formats/meerkat.md §1.2)."""

    def step(time_ns: int, old: str, new: str, reason: str) -> dict[str, str]:
        return {"timestamp": message_time(time_ns), "from": old, "to": new, "reason": reason}

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
                "timestamp": message_time(begun_ns),
                "source": {"type": "operator"},
                "durability": "durable",
                "visibility": {"transcript_eligible": True, "operator_eligible": True},
            },
            "text": prompt,
        },
        "last_run_id": run_id,
        "last_boundary_sequence": 0,
        "created_at": message_time(begun_ns + 300_000),
        "updated_at": message_time(ended_ns + 1_080_000),
    }
