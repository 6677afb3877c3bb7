"""Feed bodies for tests, and the response that carries one."""

from __future__ import annotations

from monitor.model import Entry, FetchFailure, Response, Source
from tests.collect.wire import NOW, source

TITLE = "OpenAI 停止向中国提供服务 – café"
FEED_URL = "https://news.example/feed.xml"


def response(body: bytes, content_type: str = "application/rss+xml", url: str = FEED_URL) -> Response:
    return Response(status=200, url=url, content_type=content_type, body=body, retrieved_at=NOW)


def rss(items: str, prolog: str = '<?xml version="1.0" encoding="utf-8"?>', channel: str = "<title>News</title>") -> str:
    return f'{prolog}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{channel}{items}</channel></rss>'


def item(title: str = "Access ends", guid: str = "1", **fields: str) -> str:
    more = "".join(f"<{name.replace('_', ':')}>{value}</{name.replace('_', ':')}>" for name, value in fields.items())
    return (
        f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid>{more}</item>"
        if guid
        else f"<item><title>{title}</title>{more}</item>"
    )


def feed_source(**fields: object) -> Source:
    return source(FEED_URL, private=False, **fields)


def entries(outcome: tuple[Entry, ...] | FetchFailure) -> tuple[Entry, ...]:
    assert isinstance(outcome, tuple), outcome
    return outcome
