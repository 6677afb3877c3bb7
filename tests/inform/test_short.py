"""What a chat is told: short, the most urgent first, and no sign that any chat would take for a mention, a link or layout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apprise
import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from hypothesis import given
from hypothesis import strategies as st

from monitor.inform.digest import Digest, compose
from monitor.inform.notice import compose_alert
from monitor.inform.short import MOST_CHARS, chat_text, chat_title, plain
from tests.inform.alarm import matters
from tests.inform.episode import event, exposure, query
from tests.inform.hooks import Hooks, hooks

EVIL = "<!everyone> <@U123> <https://evil.example|us> @channel @here [us](https://evil.example) *b* _i_ ~s~ `c` #general &lt;!here&gt; |x|"


def test_an_alert_leads_with_the_most_urgent_fact_its_day_and_its_page() -> None:
    notice = compose_alert(matters())
    assert chat_title(notice.subject) == "[CRITICAL] OpenAI: API access from CN ends 2024-07-09 (3 days) +4"
    lines = chat_text(notice).splitlines()
    assert lines[0].startswith("Platform Shanghai: Move to an alternative before 2024-07-09")
    assert lines[1].startswith("• CRITICAL: OpenAI: API access from CN ends 2024-07-09 (3 days left, risk 83/100)")
    assert lines[2] == "https://risk.example.org/events/evt_cut"
    assert any("Sat 2024-07-06" not in line and "→ Sun 2024-09-01" in line for line in lines), "a moved day names both days"
    assert len(lines) == 1 + 2 * 5


def test_a_long_digest_is_cut_at_whole_matters_and_says_how_many_are_left() -> None:
    many = [event(f"evt_{n}") for n in range(40)]
    digest = compose(query(events=tuple(many), exposures=tuple(exposure(one.id) for one in many)))
    assert isinstance(digest, Digest)
    text = chat_text(digest)
    assert len(text) <= MOST_CHARS
    assert text.splitlines()[-1] == "and 35 more matters: https://risk.example.org/events"


def test_a_digest_that_only_says_that_data_is_old_says_so() -> None:
    digest = compose(query(events=(), exposures=(), data_as_of=None))
    assert isinstance(digest, Digest)
    assert "This digest may be incomplete" in chat_text(digest)


@given(st.text(max_size=60), st.sampled_from(["", EVIL]))
def test_plain_words_hold_no_sign_that_means_anything(words: str, evil: str) -> None:
    shown = plain(words + evil)
    assert not set(shown) & set("<>&@[]*_`~#|\\{}^$")
    assert "://" not in shown
    assert "\n" not in shown
    assert not shown.startswith(("-", "+", "=", "/", "!", ".", ":"))


def test_plain_words_stay_as_they_are() -> None:
    assert plain("OpenAI: API access from CN 2024-06-28 -> 2024-07-09 (13 days, 停用)") == (
        "OpenAI: API access from CN 2024-06-28 → 2024-07-09 (13 days, 停用)"
    )


@contextmanager
def service(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[apprise.Apprise, Hooks]]:
    """The library's own plugin, whose service is on loopback."""
    with hooks() as box:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{box.port}/services")
        monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://127.0.0.1:{box.port}/discord")
        chat = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, storage_mode="memory"))
        assert chat.add(url.format(port=box.port))
        yield chat, box


@pytest.mark.filterwarnings("ignore:.*imghdr:DeprecationWarning")  # a plugin of the library's asks for it
@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/?blocks=yes",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/?format=markdown",
        "mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4",
        "ntfy://127.0.0.1:{port}/topic/?format=markdown",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/?format=markdown",
    ],
    ids=["slack", "slack blocks", "slack markdown", "mattermost", "ntfy markdown", "discord markdown"],
)
def test_hostile_names_are_words_for_every_service(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with service(url, monkeypatch) as (chat, box):
        title, text = chat_title(f"[HIGH] {EVIL}"), "\n".join([plain(EVIL), "https://risk.example.org/events/evt_1"])
        assert chat.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)
        (got,) = box.got
    said = got.body.decode().encode().decode("unicode_escape", "replace") + repr(got.json)
    for sign in ("<!", "<@", "@channel", "@here", "](http", "https://evil", "&lt;!", "*b*", "`c`"):
        assert sign not in said, sign
    assert "https://risk.example.org/events/evt" in repr(got.json).replace("\\\\", "")
