"""The servers that `benchmarks/cycle.py` polls, on loopback: nginx with generated feeds, and one that answers late."""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import ClassVar

HOSTS = 1_000
"""Feeds are spread over so many addresses of loopback, so that each is a host of its own, as in a list of real sources."""
BASE = datetime(2026, 1, 5, 6, tzinfo=UTC)
WORDS = tuple(
    re.findall(
        r"\w+",
        """
the of and to in a is that for it was on are as with his they at be this from have or by one had not but what all were when we there can
an your which their said if do will each about how up out them then she many some so these would other into has more her two like him
see time could no make than first been its who now people my made over did down only way find use may water long little very after words
called just where most know government export control semiconductor provider cloud service region access restriction ministry announced
company rule draft license data privacy court market trade tariff investment developer model technology official statement
""",
    )
)


def url(n: int, port: int) -> str:
    """Where feed `n` is."""
    host = n % HOSTS
    return f"http://127.{1 + host // 62_500}.{host // 250}.{1 + host % 250}:{port}/{n:05d}.xml"


def addresses(feeds: int) -> list[str]:
    """Every address that `url` names."""
    return sorted({url(n, 0).split("/")[2].rsplit(":", 1)[0] for n in range(feeds)})


class Site:
    """Feeds in a folder: `write` all of them, `change` some; the same seed gives the same bytes."""

    def __init__(self, folder: Path, feeds: int) -> None:
        self.folder, self.feeds = folder, feeds
        self.entries = {n: random.Random(n).randint(8, 40) for n in range(feeds)}

    def write(self) -> None:
        """Every feed as it was at the beginning."""
        for n in range(self.feeds):
            self._put(n, self._body(n, 0), BASE)

    def change(self, share: float) -> int:
        """One entry more at the top of every so many feeds; how many."""
        step = round(1 / share)
        for n in range(0, self.feeds, step):
            self._put(n, self._body(n, 1), BASE + timedelta(hours=1))
        return len(range(0, self.feeds, step))

    def _put(self, n: int, body: str, at: datetime) -> None:
        path = self.folder / f"{n:05d}.xml"
        new = path.with_suffix(".new")
        new.write_text(body, "utf-8")
        os.utime(new, (at.timestamp(),) * 2)
        new.rename(path)

    def _body(self, n: int, more: int) -> str:
        dice = random.Random(f"{n}")
        items = [self._item(n, number, dice) for number in range(self.entries[n] + 1)]
        shown = items if more else items[:-1]
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>Feed {n}</title><link>https://news{n}.example/</link><description>News</description>"
            f"<ttl>30</ttl>{''.join(reversed(shown))}</channel></rss>\n"
        )

    @staticmethod
    def _item(n: int, number: int, dice: random.Random) -> str:
        def text(words: int) -> str:
            return " ".join(dice.choices(WORDS, k=words))

        link, at = f"https://news{n}.example/{number}?utm_source=rss", format_datetime(BASE - timedelta(hours=7 * (50 - number)))
        html = "".join(f"<p>{text(dice.randint(20, 50)).capitalize()}, <a href='{link}'>{text(3)}</a>.</p>" for _ in range(3))
        return (
            f"<item><title>{text(9).capitalize()}</title><link>{link}</link><guid isPermaLink='false'>{n}-{number}</guid>"
            f"<pubDate>{at}</pubDate><description>{text(40).capitalize()}.</description>"
            f"<content:encoded><![CDATA[{html}]]></content:encoded></item>\n"
        )


class Nginx:
    """A running nginx; `counted` says what it answered since it was asked last."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port, self._log, self._read = port, folder / "access.log", 0

    def counted(self) -> Counter[str]:
        """How often which status was sent."""
        with self._log.open() as log:
            log.seek(self._read)
            lines = log.read().splitlines()
            self._read = log.tell()
        return Counter(lines)


@contextmanager
def nginx(folder: Path, feeds: int) -> Iterator[Nginx]:
    """nginx over `folder`/site on every address that the feeds need."""
    port = free_port()
    listen = "".join(f"listen {address}:{port};" for address in addresses(feeds))
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_rlimit_nofile 16384;"
        f"events {{ worker_connections 8192; }} http {{ types {{ application/rss+xml xml; }} log_format status '$status';"
        f"access_log {folder}/access.log status; open_file_cache off; client_body_temp_path {folder}/t; proxy_temp_path {folder}/t;"
        f"fastcgi_temp_path {folder}/t; uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;"
        f"server {{ {listen} root {folder}/site; }} }}\n"
    )
    (folder / "access.log").touch()
    binary = shutil.which("nginx", path=f"{os.defpath}:/usr/sbin")
    if binary is None:
        raise SystemExit("nginx is missing: apt-get install nginx-light")
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), *user]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - with our own configuration
    try:
        wait_for(url(0, port).split("/")[2].rsplit(":", 1)[0], port, server)
        yield Nginx(folder, port)
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def wait_for(host: str, port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when `server` listens."""
    for _ in range(200):
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        with closing(socket.socket()) as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server does not listen")


# ---------------------------------------------------------------- a server that answers late
class _Late(asyncio.Protocol):
    """Answers every request after a while: a small feed, or 304 to whoever has it."""

    delay_s = 0.2
    served: ClassVar[Counter[str]] = Counter()
    body = b"<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>A title</title></item></channel></rss>"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.out, self.got = transport, b""

    def data_received(self, data: bytes) -> None:
        self.got += data
        while b"\r\n\r\n" in self.got:
            head, _, self.got = self.got.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(self.delay_s, self._answer, b"if-none-match" in head.lower())

    def _answer(self, known: bool) -> None:
        assert isinstance(self.out, asyncio.Transport)
        if self.out.is_closing():
            return
        self.served["304" if known else "200"] += 1
        if known:
            self.out.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
        else:
            self.out.write(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: %d\r\n\r\n%s' % (len(self.body), self.body))


async def serve_late(feeds: int, port: int) -> None:
    """Until a line comes in: then the counts go out, and it goes on."""
    loop = asyncio.get_running_loop()
    for address in addresses(feeds):
        await loop.create_server(_Late, address, port, backlog=512)
    print("ready", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(" ".join(f"{status}:{count}" for status, count in sorted(_Late.served.items())), flush=True)
        _Late.served.clear()


@contextmanager
def late(feeds: int) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Its port, and its process: a line to it asks what it answered since it was asked last."""
    port = free_port()
    command = [sys.executable, __file__, str(feeds), str(port)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this file
    try:
        assert server.stdout is not None
        if server.stdout.readline().strip() != "ready":
            raise SystemExit("the late server does not start")
        yield port, server
    finally:
        server.terminate()
        server.wait(10)
        for pipe in (server.stdin, server.stdout):
            if pipe is not None:
                pipe.close()


def counted_late(server: subprocess.Popen[str]) -> Counter[str]:
    """What the late server answered since it was asked last."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("\n")
    server.stdin.flush()
    pairs = (pair.split(":") for pair in server.stdout.readline().split())
    return Counter({status: int(count) for status, count in pairs})


if __name__ == "__main__":
    asyncio.run(serve_late(int(sys.argv[1]), int(sys.argv[2])))
