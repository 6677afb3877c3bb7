"""Plans for voices: how many items of which form, language and kind; seeded by the voice's name, in mixed order.

`python -m training.corpus_plan VOICE...` writes corpus/plan/VOICE.tsv.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SIZE = 264
"""Items of a voice."""
WORDS = yaml.safe_load((ROOT / "corpus/plan/words.yaml").read_text("utf-8"))
TYPES, NEGATIVES, FORMS, DAYS, OTHER, PLACES, BESIDE = (
    WORDS[key] for key in ("types", "negatives", "forms", "days", "languages", "places", "beside")
)
BESIDES = 0.45
"""Share of relevant items that tell of somebody else beside: a reader must not take every name for an actor."""


USUAL = ["news"] * 8 + ["flash"] * 3 + ["regulator"] * 4 + ["vendor"] * 4
GROUPS = {"mitigation": ["offer"] * 3 + ["news", "vendor"], "access_restriction": ["vendor"] * 4 + ["news"] * 4 + ["flash"] * 2}
"""Groups of forms, as often as they are to be drawn: usually, and for two hints."""


def plan(voice: str, providers: list[str], size: int) -> list[list[str]]:
    """Rows: story, form, language, kind, type or negative hint, providers to choose from, place, days."""
    rng = random.Random(voice)
    rows: list[list[str]] = []

    def language(index: int) -> str:
        roll = rng.random()
        if roll < 0.26:
            return "zh-hant" if rng.random() < 0.25 else "zh"
        return OTHER[index % len(OTHER)] if roll < 0.34 else "en"

    def some(count: int) -> str:
        return ",".join(rng.sample(providers, count))

    def row(story: str, form: str, kind: str, hint: str, lang: str) -> list[str]:
        return [story, form, lang, kind, hint, some(4), ",".join(rng.sample(PLACES, 2)), rng.choice(DAYS)]

    def form_of(hint: str) -> str:
        return rng.choice(FORMS[rng.choice(GROUPS.get(hint, USUAL))])

    def told(kind: str) -> str:
        return f"{kind}; beside it: {rng.choice(BESIDE)}" if rng.random() < BESIDES else kind

    threads, copies, long = 3, size * 4 // 100, size // 10
    single = size - 5 * threads - copies - long
    negatives = round(size * 0.4)
    kinds = rng.choices(list(TYPES), list(TYPES.values()), k=single + long - negatives)
    hints = [NEGATIVES[i % len(NEGATIVES)] for i in range(negatives)]
    rng.shuffle(hints)
    for i in range(single + long):
        kind, hint = ("rel", kinds[i]) if i < len(kinds) else ("neg", hints[i - len(kinds)])
        rows.append(row(f"s{i + 1:03}", form_of(hint), kind, told(hint) if kind == "rel" else hint, language(i)))
    for i in rng.sample(range(len(kinds)), long * 3 // 4) + rng.sample(range(len(kinds), len(rows)), long - long * 3 // 4):
        rows[i][1] = "long article"
    rng.shuffle(rows)
    for t in range(threads):
        at = sorted(rng.sample(range(len(rows)), 5))
        kind = ("export_control", "service_ban", "access_restriction", "data_privacy", "tariff", "investment_restriction")[rng.randrange(6)]
        lang = "zh" if t == 1 else "en"
        for k, index in enumerate(at):
            entry = row(
                f"t{t + 1}",
                form_of(kind),
                f"thread {k + 1}/5",
                kind if k < 4 else f"{kind} ending: final effect, relief or court",
                lang,
            )
            rows.insert(index + k, entry)
    for _ in range(copies):
        source = rng.randrange(len(rows) // 2)
        if rows[source][3] == "copy":
            continue
        rows.insert(
            rng.randrange(source + 5, len(rows)),
            [rows[source][0], "another outlet's copy", rows[source][2], "copy", "of the item of this story", "", "", ""],
        )
    return [[f"{i + 1:03}", *entry] for i, entry in enumerate(rows)]


def main() -> None:
    """Write the plans of the voices named on the command line; `voice=100` sets the number of items."""
    providers = sorted(
        p for path in sorted((ROOT / "monitor/data/providers").glob("*.yaml")) for p in yaml.safe_load(path.read_text("utf-8"))
    )
    for word in sys.argv[1:]:
        voice, _, size = word.partition("=")
        rows = plan(voice, providers, int(size or SIZE))
        head = ["n", "story", "form", "lang", "kind", "type or hint", "providers to choose from", "places to choose from", "dates"]
        (ROOT / "corpus/plan" / f"{voice}.tsv").write_text("\n".join("\t".join(r) for r in [head, *rows]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
