"""forewarned.toml: what it may say, and each slip with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.catalog import load_catalog
from monitor.catalog.check_file import CheckFile, days_of, load_check_file
from monitor.errors import ConfigError, UsageError
from monitor.model import Acceptance, Answer

GOOD = """\
[check]
in = ["cn", "HK"]
fail_on = "medium"
horizon = "30d"
exclude = ["docs", "tests/*"]

[[accepted]]
event = "evt_0123456789abcdef"
until = 2024-09-30
reason = "moves to Qwen in August"
by = "Kim"
provider = "OpenAI"
in = "CN"

[[answers]]
question = "litellm"
providers = ["Alibaba Cloud", "zhipu"]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "forewarned.toml"
    path.write_text(text, "utf-8")
    return path


def test_everything_it_may_say(tmp_path: Path) -> None:
    assert load_check_file(written(tmp_path, GOOD), load_catalog()) == CheckFile(
        places=("CN", "HK"),
        fail_on="medium",
        horizon="30d",
        exclude=("docs", "tests/*"),
        accepted=(
            Acceptance(
                event="evt_0123456789abcdef",
                until=date(2024, 9, 30),
                reason="moves to Qwen in August",
                by="Kim",
                provider="openai",
                places=("CN",),
            ),
        ),
        answers=(Answer(question="litellm", providers=("alibaba-cloud", "zhipu")),),
    )


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load_check_file(written(tmp_path, ""), load_catalog()) == CheckFile()


SECOND = GOOD + '\n[[accepted]]\nevent = "evt_0123456789abcdee"\nuntil = 2024-09-30\nreason = "x"\n'
SLIPS = [
    pytest.param(GOOD.replace("[check]", "[check"), 1, "is not TOML", id="not TOML"),
    pytest.param(GOOD + "[chek]\n", 18, "unknown key 'chek'", id="unknown table"),
    pytest.param(GOOD.replace("fail_on", "failon"), 1, "unknown key 'failon'", id="unknown key"),
    pytest.param(GOOD.replace('"medium"', '"severe"'), 1, "use one of: low, medium, high, critical", id="no level"),
    pytest.param(GOOD.replace('"30d"', '"soon"'), 1, "30d or 4w", id="no horizon"),
    pytest.param(GOOD.replace('"cn"', '"UK"'), 1, "did you mean GB?", id="no place"),
    pytest.param("check = 3\n", 1, "must be a table", id="check is no table"),
    pytest.param('accepted = "all"\n', 1, "[[accepted]]", id="accepted is no list"),
    pytest.param(SECOND.replace("abcdee", "ghi"), 19, "evt_0123456789abcdef", id="no event, in the second"),
    pytest.param(SECOND.replace('reason = "x"', 'reason = " "'), 19, "why the risk is accepted", id="no reason, in the second"),
    pytest.param(GOOD.replace("until = 2024-09-30\n", ""), 7, "last day", id="no last day"),
    pytest.param(GOOD.replace("2024-09-30", '"2024-09-30"'), 7, "without quotes", id="a day in quotes"),
    pytest.param(GOOD.replace('"OpenAI"', '"OpnAI"'), 7, "did you mean openai?", id="no provider"),
    pytest.param(GOOD.replace('by = "Kim"', "by = 3"), 7, "by: ", id="a name that is a number"),
    pytest.param(GOOD.replace('in = "CN"', "in = [3]"), 7, "list of texts", id="a place that is a number"),
    pytest.param(GOOD.replace('providers = ["Alibaba Cloud", "zhipu"]', ""), 15, "none of the catalogue", id="an answer without providers"),
    pytest.param(GOOD.replace('question = "litellm"', "question = 3"), 15, "question: ", id="an answer to nothing"),
]


@pytest.mark.parametrize(("text", "line", "says"), SLIPS)
def test_a_slip_names_file_line_and_remedy(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load_check_file(path, load_catalog())
    assert str(raised.value).startswith(f"{path}:{line}: ")
    assert says in str(raised.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_check_file(tmp_path / "none.toml", load_catalog())
    (tmp_path / "b.toml").write_bytes(b"\0\0")
    with pytest.raises(ConfigError, match="is no text"):
        load_check_file(tmp_path / "b.toml", load_catalog())
    with pytest.raises(ConfigError, match="nested too deeply"):
        load_check_file(written(tmp_path, "a = " + "[" * 50_000), load_catalog())


@pytest.mark.parametrize(("text", "days"), [("30d", 30), ("4w", 28), ("0", 0), (" 7 D", 7)])
def test_horizons(text: str, days: int) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "30 days", "-1d", "1y", "999999d", "３d"])
def test_no_horizons(text: str) -> None:
    with pytest.raises(UsageError, match="30d or 4w"):
        days_of(text)
