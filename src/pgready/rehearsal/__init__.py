"""Rehearse a deployment on a throw-away real PostgreSQL: the only room that starts a server.

A rehearsal never touches a server that it did not start. Migrations are hostile input: they run as a role that owns one
database and nothing else, under limits of time, memory and disk, and nothing of the server survives us.
"""

from pgready.rehearsal.binaries import ENVIRONMENT_VARIABLE, Binaries, find_binaries
from pgready.rehearsal.deploy import Progress
from pgready.rehearsal.limits import Limits
from pgready.rehearsal.run import rehearse

__all__ = ["ENVIRONMENT_VARIABLE", "Binaries", "Limits", "Progress", "find_binaries", "rehearse"]
