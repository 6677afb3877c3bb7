"""What a webhook says: one schema, bounded, in our words but for quotes, with whom to switch to in the order of the mail."""

from __future__ import annotations

import json
from datetime import date

from monitor.inform.payload import MOST_EXPOSURES, MOST_MATTERS, alert_message, digest_message
from tests.inform.alarm import matters
from tests.inform.episode import event, evidence, exposure, query


def test_an_alert_tells_event_deadline_systems_proof_and_alternatives_in_the_mails_order() -> None:
    (raised,) = (alert_message(one) for one in matters("evt_cut"))
    (matter,) = raised.data.matters
    assert (raised.type, matter.deadline, matter.days_left, matter.systems) == ("alert.raised", date(2024, 7, 9), 3, ("chat-gateway",))
    serving = [other.stated for other in matter.alternatives]
    assert serving == sorted(serving, reverse=True), "who is known to serve the place stands first"
    assert {other.instead_of for other in matter.alternatives} == {"openai"}
    assert matter.evidence[0].url == "https://news.example.com/a"


def test_each_kind_of_matter_has_its_type_and_no_alternatives_to_what_is_over() -> None:
    told = {one.hit.event.id: alert_message(one) for one in matters()}
    assert {key: message.type for key, message in told.items()} == {
        "evt_cut": "alert.raised", "evt_ban": "alert.raised", "evt_rule": "deadline.moved", "evt_fine": "alert.lifted",
        "evt_false": "alert.lifted",
    }  # fmt: skip
    moved, withdrawn = told["evt_rule"].data.matters[0], told["evt_false"].data.matters[0]
    assert (moved.previous_effective, moved.event.effective) == (date(2024, 7, 9), date(2024, 9, 1))
    assert (withdrawn.event.withdrawn, withdrawn.alternatives) == (True, ())


def test_a_message_stays_small_and_counts_what_it_leaves_out() -> None:
    many = [event(f"evt_{n:03}") for n in range(50)]
    hit = [exposure(one.id, system=f"system-{n}") for one in many for n in range(50)]
    message = digest_message(query(events=tuple(many), exposures=tuple(hit)), quiet=False)
    assert (len(message.data.matters), message.data.more) == (MOST_MATTERS, 50 - MOST_MATTERS)
    assert all(len(one.exposures) == MOST_EXPOSURES for one in message.data.matters)
    assert len(message.data.matters[0].systems) == 50


def test_foreign_text_is_in_quotes_alone_and_leads_nowhere_but_to_the_web() -> None:
    evil = "Buy\u202e now \x00<script>"
    hostile = event(
        title=evil, evidence=(evidence(evil, "javascript:alert(1)"), evidence("ok", "https://news.example.com/b", primary=True))
    )
    message = digest_message(query(events=(hostile,), exposures=(exposure(hostile.id),)), quiet=False)
    (matter,) = message.data.matters
    assert [(proof.url, proof.primary) for proof in matter.evidence] == [("https://news.example.com/b", True), ("", False)]
    assert matter.evidence[1].quote == "Buy now <script>"
    said = json.loads(message.model_dump_json())
    said["data"]["matters"][0]["evidence"] = []
    assert "script" not in json.dumps(said)
