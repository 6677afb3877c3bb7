"""What a headline says of the act."""

from __future__ import annotations

import pytest

from monitor.assess.headline import is_plain, told_by


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Norway bans TikTok from ministries", "act"),
        ("Norway to ban TikTok from ministries", "act"),
        ("Norway could ban TikTok", "chance"),
        ("Norway weighs curbs on chips", "chance"),
        ("Oslo expected to block the app", "chance"),
        ("Beijing slams Norway over its ban of TikTok", "opinion"),
        ("Senator urges Apple to drop TikTok", "opinion"),
        ("Why Norway banned TikTok", "opinion"),
        ("Norway blocks tweets about the strike", "opinion"),
    ],
)
def test_what_a_title_tells(title: str, told: str) -> None:
    assert told_by(title) == told


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Norway fines Meta over location data", True),
        ("Chip maker added to list", False),
        ("Norway reportedly blocked the app", False),
        ("Operator says rules on export controls are near", False),
        ("Has Norway banned it?", False),
        ("App gets a chance to avoid being banned", False),
    ],
)
def test_which_titles_a_machine_can_hardly_misread(title: str, plain: bool) -> None:
    assert is_plain(title) == plain
