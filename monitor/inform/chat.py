"""The only door to apprise (Slack, Teams, Mattermost, ntfy …): a channel and a short text come in, the outcome of one sending goes out.

The library runs in a child process of its own for each message. So every address is checked at the moment it is dialled, by an audit hook
(PEP 578) that no plugin can pass by; a deadline ends whatever a plugin does; and nothing that it logs, with a URL in it, gets out.
"""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from ipaddress import ip_address
from typing import IO, Any, Final

from monitor.model import Channel, SendResult
from monitor.network.address import BlockedAddressError, check_address

DEADLINE_S: Final = 30.0
_ANSWERED: Final = re.compile(r"\berror=(\d{3})\b")
_BUSY: Final = frozenset({408, 425, 429, 500, 503})
"""Refusals that pass; 502 and 504 are a gateway's, behind which the message may have been taken."""
_SPENT: Final = "no answer within {:g} s; the message may have arrived"


def send(
    channel: Channel, title: str, text: str, private_hosts: tuple[str, ...], pledge: Callable[[], bool], deadline_s: float = DEADLINE_S
) -> SendResult:
    """Hands a message to the chat once. A chat knows no ids, so what may have been taken is `in_doubt` and must not be repeated.

    `pledge` is called before the first byte of the message may leave; when it says False, none does.
    """
    asked = {"url": channel.url.get_secret_value(), "title": title, "text": text, "allowed": private_hosts if channel.private else ()}
    start = "import json,sys; sys.path[:] = json.loads(sys.argv[1]); from monitor.inform.chat import speak; speak()"
    # -I and an empty environment: no secret of the service is within the plugin's reach; what it prints of its own goes nowhere.
    # Who is trusted is the system's word, as everywhere else, where it keeps that in one file; else the library's own list stands.
    trusted = ssl.get_default_verify_paths().cafile
    env = {"REQUESTS_CA_BUNDLE": trusted} if trusted else {}
    command = [sys.executable, "-I", "-X", "utf8", "-c", start, json.dumps(sys.path)]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, env=env, text=True) as child:  # noqa: S603 - our own interpreter
        watchdog = threading.Timer(deadline_s, child.kill)
        watchdog.start()
        try:
            return _talk(child, asked, pledge, deadline_s)
        finally:
            watchdog.cancel()
            child.kill()


def _talk(child: subprocess.Popen[str], asked: dict[str, Any], pledge: Callable[[], bool], deadline_s: float) -> SendResult:
    assert child.stdin is not None
    assert child.stdout is not None
    ready = _told(child.stdin, child.stdout, asked)
    if ready is None:
        return SendResult(state="retry", reason="the sender of chat messages could not start", blame="server")
    if not ready["known"]:
        return SendResult(state="failed", reason="apprise does not know this kind of URL; correct it in channels.yaml", blame="recipient")
    if not pledge():
        return SendResult(state="retry", reason="another sender took this message over")
    ended = _told(child.stdin, child.stdout, {"go": True})
    return SendResult(state="in_doubt", reason=_SPENT.format(deadline_s)) if ended is None else _judged(ended)


def _told(to: IO[str], back: IO[str], what: dict[str, Any]) -> dict[str, Any] | None:
    """The child's answer; None when it ended without one."""
    try:
        to.write(json.dumps(what) + "\n")
        to.flush()
        return dict(json.loads(back.readline()))
    except (OSError, ValueError):
        return None


def _judged(ended: dict[str, Any]) -> SendResult:
    """What the child saw, as an outcome: only what surely never left, or was refused once, may be repeated."""
    status: int | None = ended["status"]
    if ended["sent"]:
        return SendResult(state="sent", status=status)
    if ended["blocked"]:
        why = f"{ended['blocked']}; the channel needs `private: true` and FOREWARNED_ALLOW_PRIVATE_HOSTS must name it"
        return SendResult(state="retry" if not ended["wrote"] else "in_doubt", reason=why, blame="recipient")
    if not ended["dialled"] or (ended["http"] and not ended["wrote"]):
        return SendResult(state="retry", reason="no connection to the service could be made", blame="recipient")
    if status is None or ended["requests"] != 1 or status in (502, 504):
        return SendResult(state="in_doubt", reason="handed over, but the answer is not known; it may have arrived", status=status)
    reason = f"the service answered {status}"
    if status in _BUSY:
        return SendResult(state="retry", reason=reason, blame="recipient", status=status)
    return SendResult(state="failed", reason=reason, blame="recipient", status=status, gone=status == 410)


class _Seen:
    """What the audit hook saw of one sending."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        self.names: list[str] = []
        self.dialled = self.requests = 0
        self.wrote = False
        self.blocked = ""

    def hook(self, event: str, given: tuple[Any, ...]) -> None:
        """Watches, and raises before a forbidden address is dialled."""
        if event == "socket.getaddrinfo":
            self.names.append(str(given[0]))
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._check(given[1])
            self.dialled += 1
        elif event == "http.client.connect":
            self.requests += 1
        elif event in ("http.client.send", "smtplib.send"):
            self.wrote = True

    def _check(self, where: object) -> None:
        try:
            if not isinstance(where, tuple):
                raise BlockedAddressError("a socket of this machine is no chat")
            address = ip_address(str(where[0]).partition("%")[0])
            for name in (str(address), *self.names):
                try:
                    return check_address(name, int(where[1]), address, self.allowed)
                except BlockedAddressError as error:
                    blocked = error
            raise blocked
        except (BlockedAddressError, ValueError) as error:
            self.blocked = str(error)
            raise BlockedAddressError(str(error)) from error


def speak() -> None:
    """The child's life: one URL, one word to go, one message."""
    asked, answers = json.loads(sys.stdin.readline()), sys.stdout
    sys.stdout = sys.stderr  # what a plugin prints is no answer
    seen = _Seen(tuple(asked["allowed"]))
    sys.addaudithook(seen.hook)
    import apprise

    asset = apprise.AppriseAsset(
        app_id="Forewarned", app_desc="Forewarned", app_url="", image_url_mask="", image_url_logo="", async_mode=False,
        http_redirects=False, storage_mode="memory", secure_logging=True, interpret_escapes=False, interpret_emojis=False,
        allow_templates=False,
    )  # fmt: skip
    service = apprise.Apprise.instantiate(asked["url"], asset=asset, suppress_exceptions=True)
    print(json.dumps({"known": service is not None}), file=answers, flush=True)
    if service is None or not sys.stdin.readline():
        return
    chat = apprise.Apprise(asset=asset)
    chat.add(service)
    try:
        result = chat.notify(title=asked["title"], body=asked["text"], body_format=apprise.NotifyFormat.TEXT)
    except OSError:  # a plugin that does not expect to be stopped from dialling
        result = None
    told = [str(entry.message) for one in (() if result is None else result) for attempt in one for entry in attempt]
    codes = [int(code) for line in told for code in _ANSWERED.findall(line)]
    ended = {
        "sent": bool(result), "status": codes[0] if len(codes) == 1 else None, "requests": seen.requests, "dialled": seen.dialled,
        "wrote": seen.wrote, "blocked": seen.blocked, "http": hasattr(sys.modules[type(service).__module__], "requests"),
    }  # fmt: skip
    print(json.dumps(ended), file=answers, flush=True)
