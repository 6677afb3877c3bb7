"""What is refused for its shape alone, what is not, and that the looking itself is cheap on any input."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from monitor.collect.failures import RefusedError
from monitor.collect.shape import check_shape
from tests.collect.bodies import item, rss

REFUSED = {
    "entries without content": ("<item/>" * 11, "too_many_entries"),
    "entries with a prefix": ("<a:entry >" * 11, "too_many_entries"),
    "elements within elements": (rss("<a>" * 10_001), "not_well_formed"),
    "attributes by the thousand": (rss("<item " + "".join(f"a{n}='1' " for n in range(1_001)) + "/>"), "not_well_formed"),
    "one attribute a thousand times": (rss("<item " + "a='1' " * 1_001 + "/>"), "not_well_formed"),
    "sections opened and not closed": (rss(item("<![CDATA[" * 102)), "not_well_formed"),
    "an endless author": (rss(item(author="a" * 4_001)), "not_well_formed"),
    "an endless author in a section": (rss(item(dc_creator="<![CDATA[" + "a" * 4_001 + "]]>")), "not_well_formed"),
}
ALLOWED = {
    "a plain feed": rss(item() * 10),
    "line breaks never closed": rss(item(description="<p>x<br>" * 4_000)),
    "many elements one after another": rss(item(description="<b>x</b><i/>" * 20_000)),
    "markup in a section": rss(item(description="<![CDATA[" + "<p>" * 20_000 + "]]>")),
    "a picture within the feed": rss(item(description=f"<img src='data:image/png;base64,{'A=' * 400}{'A' * 400_000}'/>")),
    "a long text": rss(item(description="word " * 100_000)),
    "many authors": rss(item(author="A. Writer") * 9),
}
COSTLY = {
    "open tags": "<a " * 200_000,
    "open tags with quotes": "<a '" * 150_000,
    "attributes in open tags": ("<a " + "b=c " * 900) * 150,
    "sections": "<![CDATA[" * 100_000 + "]]>" * 100_000,
    "authors of spaces": ("<name>" + " " * 3_999) * 500,
    "authors in half sections": ("<author><![CDATA[" + "a" * 3_990) * 500,
    "closing tags": "</a>" * 150_000,
    "names": "<" + "a" * 1_000_000,
    "prefixes": "<a:" * 200_000,
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    document, reason = REFUSED[case]
    with pytest.raises(RefusedError) as refused:
        check_shape(document, 10)
    assert refused.value.reason == reason


@pytest.mark.parametrize("case", ALLOWED)
def test_allowed(case: str) -> None:
    check_shape(ALLOWED[case], 10)


@pytest.mark.parametrize("case", COSTLY)
def test_the_cost_is_linear(case: str) -> None:
    begun = time.process_time()
    with suppress(RefusedError):  # either is right; what counts is the time
        check_shape(COSTLY[case], 10)
    assert time.process_time() - begun < 2
