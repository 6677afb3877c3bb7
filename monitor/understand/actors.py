"""Who acts: for a cue in a sentence, the provider, government or court that does it.

What comes in: a line and a cue hit. What goes out: `Actor`. English asks the grammar first (subject, agent, possessive)
and falls back on the nearest name before the cue; Chinese uses positions and the passive marks.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from monitor.understand.lexicon import PROVIDER, Lexicon, phrase
from monitor.understand.reading import Hit, Line
from monitor.understand.sentence import Token

ActorKind = Literal["provider", "gov", "court", "person", "none"]
_NAME_PARTS = frozenset({"poss", "compound", "amod", "nmod", "appos", "conj", "nummod", "case", "flat"})
_CLIMB = frozenset({"xcomp", "conj", "advcl", "ccomp", "pcomp", "prep", "acl", "relcl", "dobj", "pobj", "attr", "appos", "dep", "oprd"})
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Actor:
    """Who acts; `ids` are provider ids or jurisdictions, `passive` when the grammar turns the sentence round."""

    kind: ActorKind
    ids: tuple[str, ...] = ()
    passive: bool = False


NOBODY = Actor("none")


@dataclass(frozen=True)
class _Entity:
    start: int
    end: int
    kind: ActorKind
    ids: tuple[str, ...]
    firm: bool = False


def find_actor(line: Line, hit: Hit, previous: Actor, lexicon: Lexicon) -> Actor:
    """Who does what the cue says; `previous` is the last actor of the text before, whom a pronoun may mean."""
    entities = list(_entities(line, lexicon))
    if phrase("actors.bare-passive").search(
        line.masked[: hit.end - line.sentence.start + 12]
    ) and hit.start - line.sentence.start <= _bare_end(line, hit):
        return Actor("none", (), True)
    if any(m.start() < hit.end - line.sentence.start <= m.end() for m in phrase("actors.by-states").finditer(line.masked)):
        return Actor("gov", (), True)  # a number before them leads the grammar astray
    if not line.sentence.tokens:
        return _by_position(line, hit, entities, previous)
    actor = _by_grammar(line, hit, entities, previous)
    return actor if actor is not None else _by_position(line, hit, entities, previous)


def _bare_end(line: Line, hit: Hit) -> int:
    found = phrase("actors.bare-passive").search(line.masked[: hit.end - line.sentence.start + 12])
    return found.end() if found else -1


def _entities(line: Line, lexicon: Lexicon) -> Iterator[_Entity]:
    """Everything in the line that can act, with the jurisdiction that stands beside a government's word."""
    for mention in line.mentions:
        if phrase("actors.founder").search(line.sentence.text[: mention.start - line.sentence.start]):
            continue
        yield _Entity(mention.start, mention.end, "provider", (mention.provider,))
    kinds: tuple[tuple[str, ActorKind], ...] = (("court", "court"), ("gov", "gov"), ("firm", "provider"), ("person", "person"))
    for name, kind in kinds:
        for match in lexicon.words[name].finditer(line.masked):
            start, end = line.sentence.start + match.start(), line.sentence.start + match.end()
            places = (_beside(line, start) or _after(line, end)) if kind in ("gov", "court") else ()
            yield _Entity(start, end, kind, places, kind == "provider")
    for place in line.places:
        if place.kind != "demonym":
            ids = place.ids or _beside(line, place.start)
            yield _Entity(
                place.start,
                place.end,
                "court"
                if "court" in line.sentence.text[place.start - line.sentence.start : place.end - line.sentence.start].lower()
                else "gov",
                ids,
            )


def _beside(line: Line, start: int) -> tuple[str, ...]:
    """The jurisdiction named just before a government's word: "Dutch", "Italy's", "the US Commerce"."""
    near = [p for p in line.places if p.ids and 0 <= start - p.end <= 28]
    if not near:
        return ()
    between = line.masked[near[-1].end - line.sentence.start : start - line.sentence.start]
    return () if PROVIDER in between else near[-1].ids


def _after(line: Line, end: int) -> tuple[str, ...]:
    """The jurisdiction named just behind a government's word: "Parliament of Norway", "University of Texas"."""
    base = line.sentence.start
    return next((p.ids for p in line.places if p.ids and line.masked[end - base : p.start - base] in (" of ", " of the ")), ())


def _by_grammar(line: Line, hit: Hit, entities: list[_Entity], previous: Actor) -> Actor | None:
    tokens = line.sentence.tokens
    inside = [i for i, t in enumerate(tokens) if t.start < hit.end and hit.start < t.end]
    verbs = sorted((i for i in inside if tokens[i].pos in ("VERB", "AUX")), key=lambda i: tokens[i].pos == "AUX")
    if not inside or (line.index == 0 and hit.cue.starts_with_verb and tokens[inside[0]].pos not in ("VERB", "AUX")):
        return None
    at = verbs[0] if verbs else next((i for i in inside if tokens[i].head not in inside), inside[0])
    passive = any(tokens[c].dep in ("nsubjpass", "auxpass") for c in _children(tokens, at))
    pronoun: Actor | None = None
    for _ in range(5):
        agent = _agent(tokens, at)
        if agent is not None and (actor := _named(tokens, agent, entities, previous)):
            return Actor(actor.kind, actor.ids, True)
        subject = next((c for c in _children(tokens, at) if tokens[c].dep in ("nsubj", "csubj", "nsubjpass", "poss")), None)
        relative = subject is not None and tokens[at].dep == "relcl" and tokens[subject].lemma in ("that", "which", "who")
        if relative:
            subject = tokens[at].head
        if subject is not None:
            actor = _named(tokens, subject, entities, previous)
            if actor is None or (actor.kind == "gov" and not actor.ids):
                actor = _maker(tokens, subject, entities, previous) or actor
            if tokens[subject].dep == "nsubjpass" or passive:
                return Actor("none", actor.ids if actor and actor.kind == "provider" else (), True)
            if tokens[subject].pos == "PRON" and not relative and tokens[at].dep in ("ccomp", "xcomp", "conj", "advcl"):
                pronoun, actor = actor or pronoun, None
            if actor is not None:
                return actor
            if relative:
                return NOBODY
        blamed = _blamed(tokens, at)
        if blamed is not None:
            return _named(tokens, blamed, entities, previous) or NOBODY
        head = tokens[at].head
        if head == at or tokens[at].dep not in _CLIMB:
            break
        at = head
    return pronoun


def _children(tokens: tuple[Token, ...], at: int) -> list[int]:
    return [i for i, t in enumerate(tokens) if t.head == at and i != at]


def _agent(tokens: tuple[Token, ...], at: int) -> int | None:
    for child in _children(tokens, at):
        by_noun = tokens[at].pos == "NOUN" and tokens[child].dep == "prep" and tokens[child].lemma == "by"
        if tokens[child].dep == "agent" or by_noun:
            return next((c for c in _children(tokens, child) if tokens[c].dep == "pobj"), None)
    return None


def _named(tokens: tuple[Token, ...], at: int, entities: list[_Entity], previous: Actor) -> Actor | None:
    """The actor that a noun phrase names: its head first, then what stands in its name parts, then a pronoun's meaning."""
    head = tokens[at]
    whole = [e for e in entities if e.start < head.end and head.start < e.end]
    part_tokens = [t for i, t in enumerate(tokens) if i != at and _is_part(tokens, i, at)]
    parts = [e for e in entities if any(e.start < t.end and t.start < e.end for t in part_tokens)]
    for candidates in (whole, parts):
        for kind in ("court", "gov", "provider", "person"):
            chosen = [e for e in candidates if e.kind == kind]
            named = [e for e in chosen if e.ids]
            if kind == "provider" and not named and chosen:
                named = [e for e in parts if e.kind == "provider" and e.ids]
                if not named and previous.kind == "provider":
                    return previous
            if chosen:
                more = [e for e in parts if e.kind == kind and e.ids] if named else []
                ids = tuple(dict.fromkeys(i for e in (*named, *more) for i in e.ids))
                return Actor("gov" if kind == "gov" else kind, ids)
    if head.pos == "PRON" and previous.kind != "none":
        return previous
    return None


def _blamed(tokens: tuple[Token, ...], at: int) -> int | None:
    """Whom a reaction holds responsible: "condemned China for blacklisting"."""
    preposition = tokens[at].head
    verb = tokens[preposition].head
    if tokens[at].dep != "pcomp" or not phrase("actors.reaction").fullmatch(tokens[verb].lemma):
        return None
    return next((c for c in _children(tokens, verb) if tokens[c].dep == "dobj"), None)


def _maker(tokens: tuple[Token, ...], at: int, entities: list[_Entity], previous: Actor) -> Actor | None:
    """Who made the thing that acts: "a rule released by the ministry"."""
    for child in _children(tokens, at):
        agent = _agent(tokens, child) if tokens[child].dep == "acl" else None
        if agent is not None:
            return _named(tokens, agent, entities, previous)
    return None


def _is_part(tokens: tuple[Token, ...], at: int, top: int) -> bool:
    for _ in range(6):
        if tokens[at].dep not in _NAME_PARTS:
            return False
        at = tokens[at].head
        if at == top:
            return True
    return False


def _by_position(line: Line, hit: Hit, entities: list[_Entity], previous: Actor) -> Actor:
    text, base = line.sentence.text, line.sentence.start
    before = sorted((e for e in entities if e.end <= hit.start + 1 and not (e.firm and not e.ids)), key=lambda e: e.end)
    chinese = not text.isascii() and not line.sentence.tokens and bool(_HAN.search(text))
    passive_mark = phrase("actors.zh-passive").search(text[: hit.end - base]) if chinese else None
    if passive_mark:
        agents = [e for e in before if e.start >= base + passive_mark.end()]
        return Actor(agents[-1].kind, agents[-1].ids, True) if agents else Actor("none", (), True)
    acting = [e for e in before if not _object_of(text[: e.start - base], text[e.end - base :], chinese)]
    if acting:
        chosen = _first_acting(text, base, _in_clause(text, base, hit, acting)) if chinese else acting[-1]
        near = [e for e in acting if e.kind == chosen.kind and e.ids]
        return Actor(chosen.kind, chosen.ids or (near[0].ids if near else ()))
    inside = [e for e in entities if hit.start <= e.start < hit.end and e.kind in ("gov", "court") and not e.firm]
    if inside and not before and not chinese and inside[0].start == hit.start:
        return Actor(inside[0].kind, inside[0].ids)
    return previous if line.index > 1 and previous.kind in ("gov", "court", "provider") and not before and chinese else NOBODY


def _in_clause(text: str, base: int, hit: Hit, acting: list[_Entity]) -> list[_Entity]:
    """For a cut, the providers of the cue's own clause when it names one: "百川宣布，因X停止…" tells of X."""
    begin = max(text.rfind(mark, 0, hit.start - base) for mark in "，。；：")
    near = [e for e in acting if e.start - base > begin and e.kind == "provider"]
    return near if near and hit.cue.type == "access_restriction" else acting


def _first_acting(text: str, base: int, acting: list[_Entity]) -> _Entity:
    """The first actor of a Chinese clause; a country right before a firm or organ only says where that is from."""
    for current, after in itertools.pairwise(acting):
        between = text[current.end - base : after.start - base]
        if current.kind == "gov" and after.start - current.end <= 14 and not phrase("actors.zh-apart").search(between):
            continue
        return current
    return acting[-1]


def _object_of(before: str, after: str, chinese: bool) -> bool:
    """Whether a name stands as an object; in Chinese not when its own verb follows ("针对X宣布…")."""
    if chinese:
        return bool(phrase("actors.zh-object").search(before)) and not phrase("actors.zh-subject-after").match(after)
    return bool(phrase("actors.after-preposition").search(before))
