"""What docs/channels.md shows is what is read, sent and kept to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from monitor.catalog import load_channels
from monitor.inform.payload import MOST_MATTERS, MessageType, WebhookMessage
from monitor.inform.short import MOST_CHARS, MOST_ENTRIES
from monitor.inform.webhook import DEADLINE_S
from monitor.pipeline.notifying import WEBHOOK_PAUSES

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_is_a_file_of_channels(tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(block("yaml"), "utf-8")
    assert {name: one.where for name, one in load_channels(path).items()} == {"soc": "soc.example.com", "platform-chat": "slack"}


def test_the_message_has_every_field_and_no_other() -> None:
    said = WebhookMessage.model_validate_json(block("json"))
    (matter,) = said.data.matters
    parts = (
        said,
        said.data,
        matter,
        matter.event,
        matter.exposures[0],
        matter.evidence[0],
        matter.alternatives[0],
        matter.alternatives[0].offers[0],
    )
    for part in parts:
        assert part.model_fields_set == set(type(part).model_fields), type(part).__name__


def test_every_type_and_bound_is_told() -> None:
    for kind in get_args(MessageType):
        assert f"| `{kind}` |" in PAGE
    assert f"up to {MOST_MATTERS} that reach the level" in PAGE
    assert f"at most {MOST_CHARS:,} characters" in PAGE
    assert MOST_ENTRIES == 5
    assert "up to five matters" in PAGE
    assert f"within {DEADLINE_S:g} seconds" in PAGE
    seconds = [int(pause.total_seconds()) for pause in WEBHOOK_PAUSES]
    assert seconds == [5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))]
    assert "5 s, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in PAGE
