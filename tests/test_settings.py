"""Settings come from the environment alone; a misspelt name or a bad value is refused, and each one is documented."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in page] == []


def test_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREWARNED_DATABSE_URL", "sqlite:///x")
    with pytest.raises(ConfigError, match="unknown setting FOREWARNED_DATABSE_URL"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOW", "2024-06-26T00:00:00"),
        ("NOW", "yesterday"),
        ("POLL_FLOOR_S", "-1"),
        ("FETCH_DEADLINE_S", "0"),
        ("LOG", "xml"),
        ("SMTP_URL", "http://mail.example"),
        ("SMTP_URL", "smtp://:25"),
        ("SMTP_URL", "smtp://mail.example:abc"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", ""),
        ("BASE_URL", "example.com"),
        ("ALLOW_PRIVATE_HOSTS", "localhost, 10.0.0.0/99"),
        ("EDITOR_KEYS", "ann"),
        ("EDITOR_KEYS", "ann:secret"),
        ("EDITOR_KEYS", f":{'a' * 64}"),
    ],
)
def test_bad_value_names_the_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ConfigError, match=PREFIX + name):
        load_settings()


def test_clock_starts_at_now_and_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREWARNED_NOW", "2024-06-26T08:00:00+08:00")
    clock = load_settings().clock
    first, second = clock(), clock()
    assert datetime(2024, 6, 26, tzinfo=UTC) <= first <= second < datetime(2024, 6, 26, 0, 1, tzinfo=UTC)


def test_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREWARNED_SMTP_URL", "smtp://user:hunter2@mail.example:25")
    assert "hunter2" not in repr(load_settings())
