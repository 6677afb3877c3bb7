"""From an expression and its role to a calendar day.

What comes in: an `Expression`, its role, the publication day. What goes out: a day or a month.
"""

from __future__ import annotations

from datetime import date, timedelta

from monitor.understand.dates.expression import Expression
from monitor.understand.dates.roles import DateRole

FIRST_YEAR, LAST_YEAR = 1990, 2100
_WINDOWS: dict[DateRole, tuple[int, int]] = {
    "announced": (-364, 1),
    "background": (-364, 1),
    "effective": (-45, 330),
    "comment": (-45, 330),
    "expiry": (-45, 330),
}
"""Days around publication in which a day without a year is looked for."""


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The day, or None when there is no such day or its year is out of all reason."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def later(day: date, days: int) -> date | None:
    """`day` plus `days`, or None outside the sane years."""
    try:
        moved = day + timedelta(days=days)
    except OverflowError:
        return None
    return moved if FIRST_YEAR <= moved.year <= LAST_YEAR else None


def nearest_day(expression: Expression, published: date, role: DateRole) -> date | None:
    """The calendar day of a `day` expression under the window of its role; without a role the nearest one."""
    if expression.day is None:
        return None
    if expression.month is None:
        return _day_of_a_month(expression, published, role)
    if expression.year is not None:
        return calendar_day(expression.year, expression.month, expression.day)
    if expression.turn is not None:
        return calendar_day(published.year + expression.turn, expression.month, expression.day)
    days = [calendar_day(published.year + turn, expression.month, expression.day) for turn in (-1, 0, 1)]
    return _choose([day for day in days if day is not None], published, role)


def _choose(days: list[date], published: date, role: DateRole) -> date | None:
    low, high = _WINDOWS.get(role, (-400, 400))
    inside = [day for day in days if low <= (day - published).days <= high]
    return min(inside or days, key=lambda day: abs((day - published).days), default=None)


def _day_of_a_month(expression: Expression, published: date, role: DateRole) -> date | None:
    """A bare 21日: of the month named beside it, else of the publication month, or of the one before when that lies ahead of an act."""
    assert expression.day is not None
    turns = (-1, 0, 1) if expression.turn is None else (expression.turn,)
    days = [calendar_day(*_month_of(published, turn), expression.day) for turn in turns]
    known = [day for day in days if day is not None]
    if role in {"announced", "background", "none"}:
        past = [day for day in known if (day - published).days <= 1]
        return max(past, default=None) or min(known, default=None)
    ahead = [day for day in known if day >= published]
    return min(ahead, default=None) or max(known, default=None)


def _month_of(day: date, shift: int) -> tuple[int, int]:
    months = day.year * 12 + day.month - 1 + shift
    return months // 12, months % 12 + 1


def weekday(expression: Expression, published: date, *, ahead: bool) -> date | None:
    """The weekday meant: latest past for what was reported, next for what begins; "next" and "last" name the calendar week in 下周一."""
    assert expression.weekday is not None
    if expression.turn is None:
        away = (expression.weekday - published.weekday()) % 7
        return later(published, away if ahead or away == 0 else away - 7)
    if expression.turn == 0:
        return later(published, expression.weekday - published.weekday())
    return later(published, expression.weekday - published.weekday() + 7 * expression.turn)


def shifted(expression: Expression, base: date) -> date | None:
    """`base` moved by the expression's days, working days, weeks or months."""
    if expression.unit == "month":
        return _months_later(base, expression.shift)
    if expression.unit == "business day":
        return _working_days_later(base, expression.shift)
    return later(base, expression.shift * (7 if expression.unit == "week" else 1))


def _months_later(base: date, months: int) -> date | None:
    year, month = _month_of(base, months)
    for day in (base.day, 30, 29, 28):  # the 31st of a short month is its last day
        if day <= base.day and (found := calendar_day(year, month, day)):
            return found
    return None


def _working_days_later(base: date, days: int) -> date | None:
    day: date | None = base
    while days > 0 and day is not None:
        day = later(day, 1)
        days -= day is not None and day.weekday() < 5
    return day


def month_name(expression: Expression, published: date, role: DateRole) -> str | None:
    """`YYYY-MM` of a month expression."""
    if expression.month is None:
        year, month = _month_of(published, expression.turn or 0)
    elif expression.year is not None:
        year, month = expression.year, expression.month
    else:
        month, year = expression.month, _year_of_month(expression, published, role)
    return f"{year:04d}-{month:02d}" if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


def _year_of_month(expression: Expression, published: date, role: DateRole) -> int:
    assert expression.month is not None
    ahead = expression.month - published.month
    if expression.turn is not None:  # "last October", "next March", 去年10月
        return published.year + (expression.turn if expression.turn != 1 or ahead <= 0 else 0)
    past = role in {"announced", "background"} or ahead in {-1, 0} or (role == "none" and ahead not in range(1, 7))
    return published.year - (ahead > 0) if past else published.year + (ahead < 0)
