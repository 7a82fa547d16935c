"""Jobs: plain functions that run on worker threads, and their answers brought back to the GUI thread."""

from app.jobs.change import Change, Changed, ChangeHandle, StoreChanged
from app.jobs.jobs import Jobs
from app.jobs.newest import Newest
from app.jobs.query import JobHandle, Lane, Query

__all__ = ["Change", "ChangeHandle", "Changed", "JobHandle", "Jobs", "Lane", "Newest", "Query", "StoreChanged"]
