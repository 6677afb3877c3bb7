"""Who a process is to the others."""

from __future__ import annotations

import os
import subprocess
import sys

from monitor.pipeline.owner import is_alive, is_here, this_process


def test_a_forked_process_is_another_one() -> None:
    """Also where its parent had asked before: a sender that was killed must not pass for its living parent."""
    asked = "import os\nfrom monitor.pipeline.owner import this_process\nmine = this_process()\n"
    forked = "pid = os.fork()\nif pid == 0:\n    print(this_process() != mine, flush=True)\n    os._exit(0)\nos.waitpid(pid, 0)\n"
    told = subprocess.run([sys.executable, "-c", asked + forked], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "True\n"


def test_it_lives_and_is_here_and_others_are_not() -> None:
    host, _, _ = this_process().partition("/")
    assert is_alive(this_process())
    assert is_here(this_process())
    assert not is_alive(f"{host}/{os.getpid()}/1")
    assert is_alive("another.example/1/1")
    assert not is_here("another.example/1/1")
