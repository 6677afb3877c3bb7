"""Independent origins: copies and members of one family are one voice."""

from __future__ import annotations

import pytest

from monitor.assess.corroborate import Chorus, chorus
from monitor.model import Document
from tests.assess.builders import NOTICE_DAY, days, document, kin, prose

STORY = prose("story", 80)
CUT = " ".join(STORY.split()[:50])
CHINESE = "公司周二通知中国开发者,自七月九日起将采取额外措施,停止来自不受支持国家和地区的接口流量,受影响的团队需要尽快迁移到其他平台。"
OTHER_CHINESE = "财政部发布拟议规则草案,限制美国企业和个人对境外人工智能、半导体和量子计算领域的投资,并公开征求意见,截止日期为八月四日。"

GROUPS: dict[str, tuple[int, list[Document]]] = {
    "three publishers, three texts": (3, [document("a"), document("b"), document("c")]),
    "one wire credited by three publishers": (1, [document(t, origin_group="wire") for t in "abc"]),
    "one text in three papers without a credit": (1, [document(t, title="", text=STORY) for t in "abc"]),
    "one text under another headline": (1, [document("a", text=STORY), document("b", title="Quite another headline", text=STORY)]),
    "a shortened copy": (1, [document("a", text=STORY), document("b", text=CUT)]),
    "a copy with a paragraph of its own": (1, [document("a", text=STORY), document("b", text=STORY + " " + prose("own", 30))]),
    "a short quotation in two own articles": (2, [document(t, text=f"{prose(t)} {CUT[:60]}") for t in "ab"]),
    "a Chinese copy": (1, [document("a", text=CHINESE, title="通知"), document("b", text=CHINESE + "记者报道。", title="公告")]),
    "two Chinese stories": (2, [document("a", text=CHINESE, title="通知"), document("b", text=OTHER_CHINESE, title="草案")]),
    "equal headlines, nothing else": (1, [document(t, title="A provider leaves", text="") for t in "ab"]),
    "nearly equal headlines": (2, [document(t, title=f"A provider leaves the country in July {t}", text="") for t in "ab"]),
    "a chain: copy of a member of the family": (
        1,
        [document("a", origin_group="wire"), document("b", origin_group="wire", text=STORY), document("c", text=STORY)],
    ),
}


@pytest.mark.parametrize(("count", "documents"), GROUPS.values(), ids=GROUPS)
def test_independent_origins(count: int, documents: list[Document]) -> None:
    assert len(told(documents).origins) == count
    assert told(documents) == told(documents[::-1])


def test_an_origin_is_named_after_who_told_it_first_and_lists_its_copies() -> None:
    late, first = document("late", told=NOTICE_DAY + days(1), text=STORY), document("first", text=STORY)
    (origin,) = told([late, first]).origins
    assert (origin.name, origin.documents) == ("origin-first", (first, late))


def test_revisions_of_one_entry_are_copies_whatever_they_say() -> None:
    assert len(told([document("a"), document("a", revision=2, text=prose("edited"))]).texts) == 1


def told(documents: list[Document]) -> Chorus[Document]:
    return chorus(documents, kin(*documents))
