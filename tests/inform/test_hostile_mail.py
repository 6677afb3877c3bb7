"""Every title and address that tests/hostile serves, raw, in a digest and an alert: none adds a header or stops a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from html import unescape
from itertools import islice

import pytest

from monitor.inform.digest import Digest, compose
from monitor.inform.hits import hits
from monitor.inform.mail import HEADERS, message
from monitor.inform.notice import Matter, compose_alert
from monitor.inform.render import render_digest
from monitor.model import Alert, AlertPair, Mail, ToldAlert
from tests.hostile.cases import GROUPS
from tests.inform.episode import NOW, TEAM, event, evidence, query

MAX_SERVED = 200_000
_WORDS = re.compile(r"<(title|link)[^>]*>(.*?)</\1>", re.DOTALL)


def _served() -> Iterator[str]:
    for group in ("accept", "entry", "poison", "healthy"):
        for case in GROUPS[group]:
            for poll in case.polls:
                script = poll.served() if callable(poll.served) else poll.served
                steps = [step for step in islice(script, 50) if isinstance(step, bytes)]
                yield b"".join(steps)[:MAX_SERVED].decode("utf-8", "surrogateescape")


def _words() -> list[str]:
    found = {
        unescape(match.group(2).removeprefix("<![CDATA[").removesuffix("]]>")) for text in _served() for match in _WORDS.finditer(text)
    }
    lone = "Ban \ud800 of \udfff surrogates"
    kinds = {re.sub(r"\d+", "0", word): word[:1_000] for word in sorted(found)}  # hundreds differ in a number only
    return [lone, *kinds.values()]


WORDS = _words()


def mails(words: str) -> tuple[Mail, Mail]:
    """A digest and an alert in which foreign words stand wherever they can."""
    proof = evidence(words, url=words)
    told = event(title=words, evidence=(proof,))
    asked = query(events=(told,), names={"openai": "OpenAI"}, team=TEAM.model_copy(update={"name": words}))
    digest = compose(asked)
    assert isinstance(digest, Digest)
    given = Alert(
        event=told.id, at=NOW, reason="new", title=words, type=told.type, stage=told.stage, confidence=0.9, origins=2,
        document=proof.document, pairs=(AlertPair(provider="openai", jurisdiction="CN", points=70),),
    )  # fmt: skip
    (hit,) = [one for one in hits(asked) if one.event.id == told.id]
    alert = compose_alert([Matter(query=asked, hit=hit, told=ToldAlert(alert=given, team=TEAM.id, providers=("openai",)))])
    return render_digest(digest), render_digest(alert)


def test_there_are_hostile_words_enough() -> None:
    assert len(WORDS) > 100


@pytest.mark.parametrize("part", range(10))
def test_no_words_of_a_feed_alter_or_stop_a_mail(part: int) -> None:
    for words in WORDS[part::10]:
        for mail in mails(words):
            raw = message(mail, "Forewarned <fw@risk.example.org>", NOW)
            read = message_from_bytes(raw, policy=policy.default)
            names = [name.lower() for name in read.keys()]  # noqa: SIM118
            assert set(names) == HEADERS, words
            assert len(names) == len(HEADERS), words
            assert (read["To"], read["From"]) == ("platform@example.cn", "Forewarned <fw@risk.example.org>"), words
            assert read["Subject"].startswith("[HIGH] OpenAI: API access from CN ends 2024-07-09"), words
            assert not read.defects, words
            kinds = [one.get_content_type() for one in read.walk()]
            assert sorted(kinds) == sorted(["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]), words
            assert max(map(len, raw.split(b"\r\n"))) <= 998
