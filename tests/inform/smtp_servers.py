"""SMTP servers on loopback: a well-behaved one (aiosmtpd) and one that follows a script of misbehaviour."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """What arrived; the truth that results are compared with."""

    mails: list[Envelope] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        if address.startswith("later"):
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def content(mail: Envelope) -> bytes:
    """The message as it arrived."""
    assert isinstance(mail.content, bytes)
    return mail.content


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def good_server(tls: ssl.SSLContext | None = None, password: str = "", *, any_script: bool = False) -> Iterator[tuple[Mailbox, int]]:
    """A server that takes mail; with STARTTLS, a login and addresses of any script (SMTPUTF8) when asked for."""

    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == password.encode())

    box, port = Mailbox(), free_port()
    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    options["enable_SMTPUTF8"] = any_script
    if password:
        options |= {"authenticator": login, "auth_required": True, "auth_require_tls": tls is not None}
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


Script = Callable[[socket.socket, "Scripted"], None]


@dataclass
class Scripted:
    """A server that answers line by line as told; `answers` overrides the polite ones by verb."""

    answers: dict[str, bytes | None] = field(default_factory=dict)
    banner: bytes = b"220 ready\r\n"
    after_dot: bytes | None = b"250 taken\r\n"
    close_in_data: bool = False
    in_data: bytes = b""
    """Said when the first line of a message has come."""
    longest_line: int = 0
    """A message with a longer line is refused; 0 for any length."""
    reset_after_dot: bool = False
    then: dict[str, bytes | None] = field(default_factory=dict)
    """What takes the place of `answers` from the second time on that a verb is said."""
    drip_s: float = 0.0
    taken: int = 0
    logged: list[str] = field(default_factory=list)

    def serve(self, peer: socket.socket) -> None:
        self._say(peer, self.banner)
        lines = peer.makefile("rb")
        for raw in lines:
            verb = raw.decode("ascii", "replace").strip().split(":")[0].split(" ")[0].upper()
            self.logged.append(verb)
            answers = self.answers | self.then if self.logged.count(verb) > 1 else self.answers
            reply = answers.get(verb, {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(verb, b"250 fine\r\n"))
            if reply is None:
                return
            self._say(peer, reply)
            if verb == "DATA" and reply.startswith(b"354") and not self._take(peer, lines):
                return

    def _take(self, peer: socket.socket, lines: object) -> bool:
        for line in lines:  # type: ignore[attr-defined]
            if self.close_in_data:
                return False
            if self.in_data:
                self._say(peer, self.in_data)
                self.in_data = b""
            if self.longest_line and len(line) > self.longest_line:
                self.after_dot = b"500 5.5.2 line too long\r\n"
            if line == b".\r\n":
                break
        else:
            return False
        if self.reset_after_dot:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
            return False
        if self.after_dot is None:
            return False
        self.taken += self.after_dot.startswith(b"250")
        self._say(peer, self.after_dot)
        return True

    def _say(self, peer: socket.socket, words: bytes) -> None:
        if not self.drip_s:
            peer.sendall(words)
            return
        for one in words:
            peer.sendall(bytes([one]))
            time.sleep(self.drip_s)


@contextlib.contextmanager
def scripted_server(script: Scripted) -> Iterator[int]:
    """One connection at a time, each served by `script`."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer, contextlib.suppress(OSError):
                    peer.settimeout(10)
                    script.serve(peer)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


@contextlib.contextmanager
def tls_server(tls: ssl.SSLContext) -> Iterator[int]:
    """A server that is encrypted from the first byte and greets."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        with contextlib.suppress(OSError):
            peer, _ = listener.accept()
            with peer, tls.wrap_socket(peer, server_side=True) as secret:
                secret.sendall(b"220 ready\r\n")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A self-made certificate of a relay on this machine."""
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("openssl is not installed: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(cert),
        "-days",
        "2",
        "-subj",
        "/CN=x",
    ]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
