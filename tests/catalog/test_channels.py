"""channels.yaml: what is taken, what is refused with file and line, and that no refusal quotes a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.catalog import load_catalog, load_channels, load_inventory
from monitor.catalog.inventory import COLUMNS
from monitor.errors import ConfigError
from tests.inform.hooks import OLD_SECRET, SECRET, TOKEN

KEY = SECRET.removeprefix("whsec_")
HOOK = f"{{name: soc, kind: webhook, url: 'https://soc.example/{TOKEN}', secret: {SECRET}}}"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "channels.yaml"
    path.write_text("channels:\n" + "".join(f"  - {row}\n" for row in rows), "utf-8")
    return path


def test_a_webhook_and_a_chat_are_read_and_show_no_secret(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HOOK[:-1] + f", old_secret: {OLD_SECRET}}}",
        f"{{name: team-chat, kind: chat, url: 'slack://{TOKEN}/b/c', private: true}}",
        f"{{name: native, kind: chat, url: 'https://hooks.slack.com/services/{TOKEN}'}}",
    )
    found = load_channels(path)
    assert {name: (one.kind, one.where, one.private) for name, one in found.items()} == {
        "soc": ("webhook", "soc.example", False),
        "team-chat": ("chat", "slack", True),
        "native": ("chat", "hooks.slack.com", False),
    }
    assert found["soc"].secret is not None
    assert found["soc"].secret.get_secret_value() == SECRET
    assert TOKEN not in repr(found)
    assert KEY not in repr(found)


def test_secrets_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://soc.example/x\n", "utf-8")
    (tmp_path / "key").write_text(f"{SECRET}\n", "utf-8")
    (found,) = load_channels(written(tmp_path, "{name: soc, kind: webhook, url_file: url, secret_file: key}")).values()
    assert found.url.get_secret_value() == "https://soc.example/x"
    assert found.secret is not None
    assert found.secret.get_secret_value() == SECRET


def test_the_default_file_may_be_absent_another_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_channels(Path("channels.yaml")) == {}
    with pytest.raises(ConfigError, match="does not exist"):
        load_channels(tmp_path / "others.yaml")


REFUSED = {
    "twice": (f"{HOOK}\n  - {HOOK}", "stands twice"),
    "a name with a space": (HOOK.replace("soc,", "my soc,"), "name"),
    "an unknown kind": (HOOK.replace("webhook", "fax"), "'fax' is not allowed; use one of: 'webhook' or 'chat'"),
    "an unknown key": (HOOK[:-1] + ", colour: red}", "unknown key 'colour'"),
    "no url": (f"{{name: soc, kind: webhook, secret: {SECRET}}}", "url: is missing"),
    "no key": (f"{{name: soc, kind: webhook, url: 'https://soc.example/{TOKEN}'}}", "secret: is missing"),
    "a short key": (HOOK.replace(SECRET, "whsec_MDEyMzQ1Njc4OQ=="), "24 to 64 random bytes"),
    "a key without its sign": (HOOK.replace(SECRET, KEY), "write whsec_"),
    "a key that is no base64": (HOOK.replace(SECRET, f"whsec_*{KEY}"), "write whsec_"),
    "a bad old key": (HOOK[:-1] + f", old_secret: {KEY}}}", "old_secret: write whsec_"),
    "http without private": (HOOK.replace("https", "http"), "private: true"),
    "another scheme": (HOOK.replace("https", "ftp"), "write https://"),
    "a user": (HOOK.replace("soc.example", "me:pw@soc.example"), "without a user"),
    "a fragment": (HOOK.replace(TOKEN, f"{TOKEN}#x"), "fragment"),
    "a space": (HOOK.replace(TOKEN, f"{TOKEN} x"), "spaces"),
    "a broken port": (HOOK.replace("soc.example", "soc.example:x"), "write https://"),
    "a broken address": (HOOK.replace("soc.example", "[::1"), "write https://"),
    "a number for a url": (HOOK.replace(f"'https://soc.example/{TOKEN}'", "12345"), "put it in quotes"),
    "both at once": (HOOK[:-1] + ", secret_file: x}", "not both"),
    "a file that is not there": (HOOK.replace(f"secret: {SECRET}", "secret_file: nowhere"), "No such file"),
    "a chat with a key": (f"{{name: c, kind: chat, url: 'slack://{TOKEN}', secret: {SECRET}}}", "a chat has none"),
    "a chat without a scheme": (f"{{name: c, kind: chat, url: {TOKEN}}}", "apprise URL"),
    "an odd tag": (HOOK.replace(f"secret: {SECRET}", f"secret: !!int {SECRET}"), "put it in quotes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_with_its_line_and_without_its_secrets(tmp_path: Path, case: str) -> None:
    row, why = REFUSED[case]
    with pytest.raises(ConfigError) as refused:
        load_channels(written(tmp_path, row))
    assert why in str(refused.value)
    assert refused.value.line in (2, 3)
    assert TOKEN not in str(refused.value)
    assert KEY not in str(refused.value)


TEAM = "teams:\n  - id: a\n    name: A\n    recipients:\n      - {%s, timezone: Asia/Shanghai}\n    systems: []\n"


def test_a_recipient_is_an_address_or_a_channel(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(TEAM % "channel: soc, min_level: high", "utf-8")
    (team,) = load_inventory(path, load_catalog())
    assert (team.recipients[0].channel, team.recipients[0].email, team.recipients[0].address) == ("soc", "", "channel:soc")
    for wrong, why in (
        ("channel: soc, email: a@example.com", "one of both"),
        ("hour: 7", "one of both"),
        ("channel: 'soc ops'", "not the name of a channel"),
        ("email: 'channel:soc'", "not a mail address"),
    ):
        path.write_text(TEAM % wrong, "utf-8")
        with pytest.raises(ConfigError, match=why) as refused:
            load_inventory(path, load_catalog())
        assert refused.value.line == 5


def test_a_spreadsheet_names_channels_too(tmp_path: Path) -> None:
    assert "channel" in COLUMNS
    path = tmp_path / "inventory.csv"
    path.write_text(
        "team,email,channel,quiet,system,provider\n"
        "a,ops@example.com,,,gateway,openai\n"
        "a,,soc,22-07,gateway,openai\n"
        "a,,talk,,gateway,openai\n", "utf-8",
    )  # fmt: skip
    (team,) = load_inventory(path, load_catalog())
    assert [(who.address, who.quiet) for who in team.recipients] == [
        ("ops@example.com", ""),
        ("channel:soc", "22-07"),
        ("channel:talk", ""),
    ]
