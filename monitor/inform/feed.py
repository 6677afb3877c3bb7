"""The only door to feedgenerator: the events that hit a team come in, an Atom feed (RFC 4287) goes out. Text only, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from feedgenerator import Atom1Feed

from monitor.inform.calendar import hit_names
from monitor.inform.course import Course
from monitor.inform.render import clean
from monitor.inform.wording import matter, weekday

KEPT = timedelta(days=365)
MOST = 100
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed was updated that never held anything; its bytes must not depend on when one asks."""


class _TextFeed(Atom1Feed):  # type: ignore[misc]  # the library has no types
    """The library declares every summary to be HTML; ours is text, and foreign words in it must stay words."""

    def add_item_elements(self, handler: Any, item: Any) -> None:
        """An entry with its summary as text."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("summary", item["words"], {"type": "text"})

    def latest_post_date(self) -> datetime:
        """When the newest entry changed."""
        return max((item["updateddate"] for item in self.items), default=NEVER)


def team_feed(team: str, courses: Iterable[Course], as_of: datetime, base_url: str, names: Mapping[str, str]) -> str:
    """One entry per event that hits `team` (its name) or did within the last year, the latest change first.

    An entry's id is that of its event and never changes; `updated` moves with a new stage, a moved day, another place or a withdrawal,
    not with further reports of the same.
    """
    base = base_url.rstrip("/")
    feed = _TextFeed(title=clean(f"Forewarned: {team}"), link=f"{base}/events", description="", language="en", author_name="Forewarned")
    recent = [course for course in courses if course.changed_at >= as_of - KEPT]
    for course in sorted(recent, key=lambda one: (one.changed_at, one.now.id), reverse=True)[:MOST]:
        page = f"{base}/events/{course.now.id}"
        feed.add_item(
            title=clean(_title(course, names)),
            link=page,
            description=None,
            unique_id=page,
            pubdate=course.history[0][0],
            updateddate=course.changed_at,
            categories=(course.now.type, _state(course)),
            words=" ".join(clean(words) for words in _words(course)),
        )
    return str(feed.writeString("utf-8"))


def _title(course: Course, names: Mapping[str, str]) -> str:
    event = course.event
    return f"{hit_names(event, names)}: {matter(event, event.affected)} - {_state(course).replace('_', ' ')}"


def _state(course: Course) -> str:
    if course.now.withdrawn:
        return "withdrawn"
    return course.now.stage if course.hits else "no_longer_yours"


def _words(course: Course) -> Iterator[str]:
    now = course.now
    yield f"{now.title}."
    for day in course.days():
        said = {"effective": "Takes effect", "comment": "Comments close"}[day.role]
        yield f"{said} on {weekday(day.day)}{'' if day.stands else ', which does not hold any more'}."
    yield f"Told by {_origins(now.origins)}{', an official source among them' if now.primary_source else ''}."


def _origins(origins: Sequence[str]) -> str:
    return f"{len(origins)} independent origin{'' if len(origins) == 1 else 's'}"
