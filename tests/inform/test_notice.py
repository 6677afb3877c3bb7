"""The alert mail: led by what is most urgent, text and HTML alike, held when the reader sleeps, golden."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.inform.mail import message
from monitor.inform.notice import Matter, alert_slot, compose_alert, is_held
from monitor.inform.render import render_digest
from monitor.inform.slots import quiet_until
from monitor.model import Mail, Recipient
from tests.inform.alarm import AT, matters
from tests.inform.test_render import Page

GOLDEN = Path(__file__).parent / "golden" / "alert.txt"


def mail(*only: str) -> Mail:
    return render_digest(compose_alert(matters(*only)))


def test_text_is_golden() -> None:
    shown = f"Subject: {mail().subject}\n\n{mail().text}"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(shown, "utf-8")
    assert shown == GOLDEN.read_text("utf-8")


def test_html_says_what_the_text_says() -> None:
    page = Page(mail().html)
    squeezed = re.sub(r"\s+", "", page.text)
    digest = compose_alert(matters())
    for section in digest.sections:
        assert section.heading in page.text
        for entry in section.entries:
            for words in (entry.title, entry.note, *(fact.text for fact in entry.facts)):
                assert re.sub(r"\s+", "", words) in squeezed
                assert re.sub(r"\s+", "", words) in re.sub(r"\s+", "", mail().text)
    assert page.open == []
    assert len(mail().html.encode()) < 60_000


@pytest.mark.parametrize(
    ("only", "subject"),
    [
        ((), "[CRITICAL] OpenAI: API access from CN ends 2024-07-09 (3 days) +4"),
        (("evt_ban",), "[HIGH] NVIDIA: ban in CN starts 2024-07-08 (2 days)"),
        (("evt_rule",), "[MOVED] NVIDIA: export control for CN 2024-07-09 -> 2024-09-01"),
        (("evt_rule", "evt_fine"), "[MOVED] NVIDIA: export control for CN 2024-07-09 -> 2024-09-01 +1"),
        (("evt_fine",), "[LIFTED] OpenAI: court case in CN suspended"),
        (("evt_false",), "[WITHDRAWN] OpenAI: report withdrawn (sanctions listing in CN start..."),
    ],
)
def test_the_subject_is_led_by_what_is_most_urgent(only: tuple[str, ...], subject: str) -> None:
    assert mail(*only).subject == subject
    assert len(subject) <= 70
    assert subject.isascii()


def test_the_same_matters_are_the_same_mail() -> None:
    there, back = matters(), list(reversed(matters()))
    assert alert_slot(there) == alert_slot(back)
    assert compose_alert(there).message_id == compose_alert(back).message_id
    assert alert_slot(matters("evt_cut")) != alert_slot(there)
    assert re.fullmatch(r"2024-07-06/Asia/Shanghai/alert\.[0-9a-f]{16}", alert_slot(there))


def test_list_id_tells_alerts_from_digests() -> None:
    raw = message(mail(), "Forewarned <fw@risk.example.org>", AT)
    assert b"\r\nList-Id: Forewarned alert <alert.risk.example.org>\r\n" in raw


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "until"),
    [
        ("Asia/Shanghai", "22-07", "2024-06-26T13:59:00Z", None),
        ("Asia/Shanghai", "22-07", "2024-06-26T14:00:00Z", "2024-06-26T23:00:00Z"),
        ("Asia/Shanghai", "22-07", "2024-06-26T22:59:00Z", "2024-06-26T23:00:00Z"),
        ("Asia/Shanghai", "22-07", "2024-06-26T23:00:00Z", None),
        ("Asia/Shanghai", "12-14", "2024-06-26T05:00:00Z", "2024-06-26T06:00:00Z"),
        ("Asia/Shanghai", "00-00", "2024-06-26T05:00:00Z", "2024-06-26T16:00:00Z"),
        ("Asia/Shanghai", "", "2024-06-26T15:00:00Z", None),
        ("Europe/Berlin", "22-02", "2024-03-31T00:30:00Z", "2024-03-31T01:00:00Z"),
        ("Europe/Berlin", "22-03", "2024-10-27T01:30:00Z", "2024-10-27T02:00:00Z"),
        ("America/New_York", "01-03", "2024-03-10T06:30:00Z", "2024-03-10T07:00:00Z"),
        ("Australia/Sydney", "22-07", "2024-10-05T20:30:00Z", None),
    ],
)
def test_when_quiet_hours_end(zone: str, quiet: str, now: str, until: str | None) -> None:
    who = Recipient(email="a@example.org", timezone=zone, quiet=quiet)
    ends = quiet_until(who, datetime.fromisoformat(now))
    assert ends == (datetime.fromisoformat(until).astimezone(UTC) if until else None)


@pytest.mark.parametrize("quiet", ["22", "22:00-07:00", "24-07", "7-22", " 22-07"])
def test_quiet_hours_are_two_hours_of_a_day(quiet: str) -> None:
    with pytest.raises(ValueError, match="quiet"):
        Recipient(email="a@example.org", quiet=quiet)


def test_a_lifted_risk_never_breaks_quiet_hours() -> None:
    def at_night(one: Matter) -> Matter:
        awake = one.query.recipient.model_copy(update={"break_quiet": True, "quiet": "13-10"})
        return one.model_copy(update={"query": one.query.model_copy(update={"recipient": awake})})

    held = {one.hit.event.id: is_held(at_night(one)) for one in matters()}
    assert held == dict.fromkeys(("evt_cut", "evt_ban", "evt_rule", "evt_fine", "evt_false"), True)
