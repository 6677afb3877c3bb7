"""Parsing behind a wall. A source and a response come in; entries, or a failure when the parser had to be killed, go out.

A hostile feed can make a parser burn CPU while holding the interpreter's lock, eat all memory, or crash. So parsing runs
in child processes with limits on CPU, memory and time. A child serves many feeds and is replaced after a kill. Requests
and answers are lengths and JSON: the parent never unpickles what a child that met hostile input says.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from pydantic import TypeAdapter

from monitor.collect.failures import RefusedError
from monitor.errors import ForewarnedError
from monitor.model import Entry, FetchFailure, Response, Source

_ANSWER: TypeAdapter[tuple[Entry, ...] | FetchFailure] = TypeAdapter(tuple[Entry, ...] | FetchFailure)
_LENGTH = struct.Struct(">Q")
_MIB = 1024 * 1024
_GROWN_MIB = 80
"""A child that has read only usual feeds takes 40 MiB."""
_READY = b"ready"


@dataclass(frozen=True)
class ParseLimits:
    """What one feed may cost; `answer_mib` bounds what a child may send back.

    Burning ends at `cpu_s`; `wall_s` is longer, so that a busy machine is not taken for a hostile feed. Plain feeds of 7 MB
    need 125 MiB; one emoji makes Python keep the text four times as wide.
    """

    wall_s: float = 20
    cpu_s: int = 6
    memory_mib: int = 384
    answer_mib: int = 64


class _End:
    """Our end of a pipe to a child, of which no wait is longer than until `end` (of the monotonic clock): TimeoutError."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._fd = pipe.fileno()
        os.set_blocking(self._fd, False)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN if pipe.readable() else select.POLLOUT)

    def send(self, message: bytes, end: float) -> None:
        """All of it; BrokenPipeError when the other side is gone."""
        rest = memoryview(message)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:
                self._wait(end)

    def receive(self, limit: int, end: float) -> bytearray:
        """One message; EOFError when the other side is gone or says more than `limit`."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size, end))
        if length > limit:
            raise EOFError
        return self._exactly(length, end)

    def _exactly(self, size: int, end: float) -> bytearray:
        found = bytearray()
        while len(found) < size:
            try:
                part = os.read(self._fd, min(size - len(found), _MIB))
            except BlockingIOError:
                self._wait(end)
                continue
            if not part:
                raise EOFError
            found += part
        return found

    def _wait(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0 or not self._poll.poll(None if left == math.inf else 1000 * left):
            raise TimeoutError


class _Child:
    """One parser process; after `dead` it must not be used again."""

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        start = "import json,sys; sys.path[:] = json.loads(sys.argv[1]); from monitor.collect.isolate import serve; serve()"
        given = json.dumps({"cpu_s": limits.cpu_s, "memory_mib": limits.memory_mib})
        # -I and an empty environment: no secret of the service is within the parser's reach.
        command = [sys.executable, "-I", "-X", "utf8", "-c", start, json.dumps(sys.path), given]
        self._process = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})  # noqa: S603 - ours
        self.dead = False
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = _End(self._process.stdin), _End(self._process.stdout)
        try:
            self._out.receive(len(_READY), math.inf)
        except EOFError:
            raise ForewarnedError(f"the feed parser's process cannot start: exit code {self.close()}; see its output above") from None

    def ask(self, source: Source, response: Response) -> tuple[Entry, ...] | FetchFailure:
        head = json.dumps([source.model_dump(mode="json"), response.model_dump(mode="json", exclude={"body"})]).encode()
        end = time.monotonic() + self._limits.wall_s
        try:
            self._in.send(_LENGTH.pack(len(head)) + head + _LENGTH.pack(len(response.body)), end)
            self._in.send(response.body, end)
            answer = self._out.receive(self._limits.answer_mib * _MIB, end)
        except TimeoutError:
            self._process.kill()
            self.close()
            why = f"the parser took longer than {self._limits.wall_s:g} s"
        except (OSError, EOFError):
            why = self._why_it_died()
        else:
            return _ANSWER.validate_json(answer)
        return RefusedError("parser_killed", why).failure(response.url, response.retrieved_at)

    def _why_it_died(self) -> str:
        code = self.close()
        if code == -signal.SIGXCPU:
            return f"the parser used more than {self._limits.cpu_s} s of CPU"
        return f"the parser ended with {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"

    def has_grown(self) -> bool:
        """Whether a feed left it so large that a new child is cheaper than its memory; False where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return False
        return pages * resource.getpagesize() > _GROWN_MIB * _MIB

    def close(self) -> int:
        """End the process and reap it; its exit code."""
        self.dead = True
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except BrokenPipeError:
                pass  # the child went first
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class Parser:
    """Parses in child processes, up to `children` at once; thread-safe. Use as `with Parser() as parser`."""

    def __init__(self, limits: ParseLimits | None = None, children: int = 2) -> None:
        self._limits = limits or ParseLimits()
        self._free = threading.BoundedSemaphore(children)
        self._idle: deque[_Child] = deque()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(self, source: Source, response: Response) -> tuple[Entry, ...] | FetchFailure:
        """What `parse.parse` gives, or `parser_killed` when it exceeded a limit or crashed."""
        with self._free:
            try:
                child = self._idle.pop()
            except IndexError:
                child = _Child(self._limits)
            try:
                return child.ask(source, response)
            finally:
                if child.dead:
                    pass  # reaped when it was killed
                elif self._closed or child.has_grown():
                    child.close()
                else:
                    self._idle.append(child)

    def close(self) -> None:
        """End all idle children and reap them; a busy one ends with its feed."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes], limit: int) -> bytes:
    """One message; EOFError when the other side is gone or says more than `limit`."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > limit:
        raise EOFError
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    found = pipe.read(size)
    if len(found) < size:
        raise EOFError
    return found


def serve() -> None:
    """The child's life: one request, one answer, until the parent closes the pipe."""
    from monitor.collect.parse import parse
    from monitor.collect.room import give_back_blocks

    give_back_blocks()
    gc.freeze()  # what is loaded by now stays: no collection need look at it again
    limits = json.loads(sys.argv[2])
    # Signals to the whole group are the parent's business: its end closes the pipe.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_mib"] * _MIB,) * 2)
    _send(sys.stdout.buffer, _READY)
    while True:
        try:
            head = _receive(sys.stdin.buffer, _MIB)
            body = _receive(sys.stdin.buffer, sys.maxsize)
        except EOFError:
            return
        # The limit counts over the process's life; each feed gets its own share.
        used = int(time.process_time()) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (used + limits["cpu_s"], resource.RLIM_INFINITY))
        source, response = json.loads(head)
        answer = parse(Source(**source), Response(**response, body=body))
        _send(sys.stdout.buffer, _ANSWER.dump_json(answer))
