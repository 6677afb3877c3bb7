"""Who holds a lease: this process's name, and whether the process behind a name still lives. Nothing but the system comes in."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


def this_process() -> str:
    """`host/pid/start`: unique to this process, also after its pid was given to another, and to each that is forked from it."""
    return _named(os.getpid())


@cache
def _named(pid: int) -> str:
    return f"{socket.gethostname()}/{pid}/{_started(pid)}"


def is_alive(owner: str) -> bool:
    """False only when `owner` was a process of this host that is gone; another host's leases end by their time."""
    host, _, rest = owner.partition("/")
    pid, _, started = rest.partition("/")
    return host != socket.gethostname() or not pid.isdigit() or _started(int(pid)) == started


def is_here(owner: str) -> bool:
    """Whether `owner` is, or was, a process of this host, of which `is_alive` knows."""
    return owner.partition("/")[0] == socket.gethostname()


def _started(pid: int) -> str:
    """The kernel's start tick of a process; empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    # The command's name, in brackets, may hold spaces; start time is the 20th field after it.
    return stat.rpartition(")")[2].split()[19]
