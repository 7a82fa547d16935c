"""What is withheld from sight until a person asks for it (formats/meerkat.md §0 fact 10).

By place: the shell environment, provider parameters, an application's own context, system prompts, pending results.
By the name of a key: passwords, tokens, private keys and their kin. By the look of a text: keys of known providers,
private key blocks, signed tokens, addresses with a password in them.
"""

from __future__ import annotations

import re

MASKED_PLACES: dict[tuple[str, ...], str] = {
    ("session_build_state", "shell_env"): "shell environment",
    ("session_build_state", "app_context"): "application context",
    ("session_build_state", "system_prompt"): "system prompt",
    ("session_build_state", "assembled_system_prompt"): "system prompt",
    ("session_build_state", "additional_instructions"): "additional instructions",
    ("session_build_state", "mob_tool_authority_context"): "authority context",
    ("session_metadata", "provider_params"): "provider parameters",
    ("session_deferred_turn_state", "pending_initial_prompt"): "pending prompt",
    ("session_deferred_turn_state", "pending_tool_results"): "pending tool results",
    ("session_system_context_state",): "system context",
}
"""Paths of keys from the root of the metadata, and what stands there."""

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase|code)|secret|credential|(^|[^a-z])token|api[_-]?key|private[_-]?key|access[_-]?key"
    r"|authorization|(^|_)auth(_header|_token|_key)?$|cookie|bearer|session[_-]?key|signing[_-]?key|encryption[_-]?key",
    re.IGNORECASE,
)

_SECRET_TEXT = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]*)"
    r"|\b(?:sk|rk|pk)[-_](?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{16,}"
    r"|\bxox[abposr]-[A-Za-z0-9-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|\b[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}"
    r"|\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@"
)

MAX_SEARCHED_CHARS = 100_000
HIDDEN = "•••"


def masked_place(path: tuple[str | int, ...]) -> str | None:
    """What stands at a place that is withheld whole, for people; None if the place is open."""
    names = tuple(step for step in path if isinstance(step, str))
    if len(names) == len(path) and names in MASKED_PLACES:
        return MASKED_PLACES[names]
    name = names[-1] if names and path[-1] == names[-1] else ""
    if name == "provider_params":
        return "provider parameters"
    return None


def is_secret_name(name: str) -> bool:
    """Whether a key's name says that its text or container is a secret; numbers under it never are."""
    return _SECRET_NAME.search(name) is not None


def looks_secret(text: str) -> bool:
    """Whether a text looks like a key or token."""
    return _SECRET_TEXT.search(text[:MAX_SEARCHED_CHARS]) is not None


def hide_secrets(text: str) -> str:
    """Replace what looks like a key or token; for titles, which show up everywhere."""
    return _SECRET_TEXT.sub(HIDDEN, text)
