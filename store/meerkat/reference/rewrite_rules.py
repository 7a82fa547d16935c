"""What a rewrite must have left behind in the revision graph, in the words of a save (formats/meerkat.md §3.6). Pure.

The same rules as those of a graph (`graph_rules.validate_record`), in another order and in other words.
"""

from __future__ import annotations

from store.meerkat.reference.errors import InvalidTranscriptRewrite
from store.meerkat.reference.history import Body, Commit, History
from store.meerkat.shapes.digests import DigestFormat


def validate_commit_bodies(session_id: str, commit: Commit, history: History, form: DigestFormat) -> None:
    """Compare a commit with the graph that is to be saved.

    Args:
        session_id: named by the error.

    Raises:
        InvalidTranscriptRewrite: the first thing that does not agree.
    """
    reason = _problem(commit, history, form)
    if reason:
        raise InvalidTranscriptRewrite(session_id, reason)


def _problem(commit: Commit, history: History, form: DigestFormat) -> str:
    if commit not in history.commits:
        kept = ", ".join(f'("{each.parent_revision}", "{each.revision}")' for each in history.commits)
        return (
            "incoming rewrite did not persist the rewrite commit in the transcript graph"
            f" (wanted {commit.parent_revision} -> {commit.revision}, graph commits: [{kept}])"
        )
    parent, made = history.body(commit.parent_revision), history.body(commit.revision)
    if parent is None:
        return f"incoming rewrite omitted parent revision body {commit.parent_revision}"
    if made is None:
        return f"incoming rewrite omitted new revision body {commit.revision}"
    return _parent_problem(commit, parent, made, form) or _spans_problem(commit, parent, made, form)


def _parent_problem(commit: Commit, parent: Body, made: Body, form: DigestFormat) -> str:
    before, after = len(parent.messages), len(made.messages)
    if (before, after) != (commit.messages_before, commit.messages_after):
        return (
            f"commit message counts {commit.messages_before} -> {commit.messages_after}"
            f" do not match persisted rewrite {before} -> {after}"
        )
    digest = parent.messages.digest(form)
    if digest != commit.parent_revision:
        return f"parent revision body digest {digest} does not match commit parent {commit.parent_revision}"
    if commit.begin > commit.end or commit.end > before:
        return f"commit selection {commit.begin}..{commit.end} is invalid for parent revision with {before} messages"
    digest = parent.messages.digest(form, commit.begin, commit.end)
    if digest != commit.original_span_digest:
        return f"original span digest {digest} does not match commit digest {commit.original_span_digest}"
    digest = made.messages.digest(form)
    if digest != commit.revision:
        return f"new revision body digest {digest} does not match commit revision {commit.revision}"
    return ""


def _spans_problem(commit: Commit, parent: Body, made: Body, form: DigestFormat) -> str:
    begin, end = commit.begin, commit.end
    before, after = len(parent.messages), len(made.messages)
    replaced = after - (before - (end - begin))
    if replaced < 0:
        return "commit message counts cannot describe a replacement span"
    stop = begin + replaced
    if parent.messages.digest(form, 0, begin) != made.messages.digest(form, 0, begin):
        return "rewrite revision changed messages before the selected span"
    if parent.messages.digest(form, end, before) != made.messages.digest(form, stop, after):
        return "rewrite revision changed messages after the selected span"
    digest = made.messages.digest(form, begin, stop)
    if digest != commit.replacement_digest:
        return f"replacement span digest {digest} does not match commit digest {commit.replacement_digest}"
    return ""
