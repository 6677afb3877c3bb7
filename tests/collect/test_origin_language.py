"""Whose story it is, and in which language."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.collect.origin import credited_wire, origin_group
from monitor.language import detect
from monitor.model import Entry
from tests.collect.bodies import feed_source

FILLER = "The company did not say more about its plans. " * 20
CREDITS: list[tuple[str, str | None]] = [
    ("BEIJING (Reuters) - OpenAI will cut access.", "reuters"),
    ("June 25 (Reuters) – OpenAI will cut access.", "reuters"),
    ("REUTERS\nOpenAI will cut access.", "reuters"),
    ("WASHINGTON (AP) — The Treasury said on Friday", "ap"),
    ("Brussels (AFP) The Commission", "afp"),
    ("By Bloomberg News\nOpenAI will", "bloomberg"),
    ("Berlin (dpa) - Die Regierung", "dpa"),
    ("TOKYO, June 25 (Kyodo) -- Japan", "kyodo"),
    ("新华社北京6月25日电 外交部", "xinhua"),
    ("财联社6月25日电，OpenAI", "cls"),
    ("中新社华盛顿6月22日电", "cns"),
    (FILLER + "Source: Reuters", "reuters"),
    (FILLER + "© AFP 2024", "afp"),
    (FILLER + "(Reporting by A. Writer; © Reuters)", "reuters"),
    ("Reuters reported that OpenAI will cut access.", None),
    ("The AP flexibility statute (DPA) applies to access points", None),
    ("Bloomberg founder Michael Bloomberg spoke.", None),
    ("(Image credit: AP) The Treasury said", None),
    ("Photo: a screen in Beijing (REUTERS) The Treasury said", None),
    (FILLER + "(Reuters) " + FILLER, None),
    ("", None),
]


@pytest.mark.parametrize(("text", "wire"), CREDITS)
def test_credited_wire(text: str, wire: str | None) -> None:
    assert credited_wire(text) == wire


GROUPS = [  # author, aggregator's publisher, source's publisher, group
    ("", "", "Publisher", "family"),
    ("", "The Paper", "Google News", "The Paper"),
    ("", "Reuters", "Google News", "wire:reuters"),
    ("", "", "Reuters", "wire:reuters"),
    ("A. Writer, Reuters", "", "Publisher", "wire:reuters"),
    ("Associated Press", "", "Publisher", "wire:ap"),
    ("April Reuters", "", "Publisher", "family"),
]


@pytest.mark.parametrize(("author", "named", "publisher", "group"), GROUPS)
def test_origin_group(author: str, named: str, publisher: str, group: str) -> None:
    entry = Entry(guid="1", author=author, origin_publisher=named)
    assert origin_group(feed_source(publisher=publisher), entry, "Plain text.") == group


LANGUAGES = [
    ("OpenAI 将于7月9日停止向中国提供 API 服务，智谱 AI 宣布迁移计划", "en", "zh"),
    ("OpenAIは7月9日から中国からのAPIアクセスを遮断すると発表した", "en", "ja"),
    ("오픈AI가 7월 9일부터 중국의 API 접근을 차단한다", "en", "ko"),
    ("財務省、対中投資規制案を公表", "ja", "ja"),
    ("OpenAI blocks China", "fr-FR", "fr"),
    ("", "en-US", "en"),
    ("12345", "", "en"),
    ("OpenAI will block API traffic from mainland China and other regions starting on July 9, according to a letter", "zh", "en"),
    ("Le ministère des Finances a annoncé vendredi une interdiction des investissements dans les puces chinoises", "en", "fr"),
    ("Die Bundesregierung kündigte am Freitag neue Regeln für die Ausfuhr von Halbleitern nach China an", "en", "de"),
]


# English words alone must not make a text English: quotations, names of products, a footer.
MIXED = [
    ('Der Minister sagte, man werde "the new rules and their scope" bis Freitag prüfen und dann über die Ausfuhr entscheiden', "de"),
    ('Le groupe a publié un billet intitulé "What we know about the new rules" et annonce la fin de son offre en Chine vendredi', "fr"),
    ("El ministerio publicó el viernes un borrador que limita las inversiones en inteligencia artificial. Read more about it here", "es"),
    ("The ministry said on Friday that it would limit what its firms may invest in chips, and that more rules are to follow", "en"),
]


@pytest.mark.parametrize(("text", "language"), MIXED)
def test_small_words_decide_only_for_plain_english(text: str, language: str) -> None:
    assert detect(text, "zh") == language


@pytest.mark.parametrize(("text", "hint", "language"), LANGUAGES)
def test_language(text: str, hint: str, language: str) -> None:
    assert detect(text, hint) == language


def test_plain_english_needs_no_model() -> None:
    code = (
        "import sys, monitor.language as l; assert l.detect('The ministry said on Friday that it would limit what its firms invest in "
        "chips and what they may sell', 'zh') == 'en'; sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_word_cut_where_the_glance_ends_is_no_word() -> None:
    text = "the ministry said that it would limit what its firms may invest in chips and what they should sell".ljust(398) + "data"
    code = f"import sys, monitor.language as l; assert l.detect({text!r}, 'zh') == 'en'; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_model_is_loaded_only_when_needed() -> None:
    code = (
        "import sys, monitor.collect.document as d; d.detect('short', 'en'); sys.exit('py3langid' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
