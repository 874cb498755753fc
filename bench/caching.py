"""`python -m bench.caching --wire dev-7`: what it costs to keep news in a model's cache, and how well it is read there.

For growing corpora, the first documents of an invented wire's first edition: tokens and MiB held, seconds to build the
cache, to append a document, after a correction of the newest and of the oldest document, and a question with the cache
and without. Then questions about these documents are asked over the cache and over their gold passage, and counted by
the measure `right`. Seconds are of the processor, on one thread, so that other work on the machine does not count; the
model is the embedded one. Prints one JSON line a corpus.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import quarters
from services.console.demo import newswire
from services.generator import answer_prompt, chat_format, evidence, replies
from services.generator.contexts import cag, passages
from services.generator.ports import Chat, Completion
from services.generator.prefix_cache import PrefixCache
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.lab.wires import named, wire
from shared.messages import Question
from shared.settings import HomeSettings
from shared.stored import StoredDocument

ALL_WORDS = 1_000_000
MiB = 1024**2


@dataclass(frozen=True)
class Corpus:
    """Documents in the prompt, the one that comes next, and questions about those that are in it."""

    documents: Sequence[StoredDocument]
    following: StoredDocument
    questions: Sequence[Question]


@dataclass(frozen=True)
class Reader:
    """A backend with the prompts that it is asked by."""

    backend: Any
    settings: GeneratorSettings
    over_all: answer_prompt.Prompt
    over_gold: answer_prompt.Prompt

    def chat(self, documents: Sequence[StoredDocument], question: str) -> Chat:
        shown = cag.laid_out(documents, self.over_all, ALL_WORDS)
        return Chat(self.over_all.system, self.over_all.asking(question), shown.preamble, kept_as="bench")

    def gold_chat(self, documents: Sequence[StoredDocument], question: Question) -> Chat:
        texts = {document.revision.document_id: document.text for document in documents}
        words = self.settings.evidence_words
        shown = [evidence.passage(texts[name], question.text, words) for name in question.gold_document_ids[:1]]
        return passages.chat(question, shown, self.over_gold)

    def seconds(self, chat: Chat, longest: int) -> float:
        """Of the processor, for one chat."""
        began = time.process_time()
        [outcome] = self.backend.complete([chat], max_new_tokens=longest)
        if not isinstance(outcome, Completion):
            raise TypeError(f"a prompt failed: {outcome}")
        return round(time.process_time() - began, 2)


def main() -> None:
    """Make the wire, load the model, measure each corpus."""
    options = _options()
    settings, home = GeneratorSettings(threads=1, abstention="never", cache_mib=4_096), HomeSettings().home
    with tempfile.TemporaryDirectory() as folder:
        wire.write(Path(folder), wire.make(named.of_name(options.wire)))
        told = newswire.load(Path(folder))
    documents = [quarters.stored_document(document) for document in told.edition1 if document.op == "upsert"]
    prompts = answer_prompt.load(settings.cag_prompt), answer_prompt.load(settings.rag_prompt)
    reader = Reader(plugins.load("services.generator.backends", "transformers")(settings, home), settings, *prompts)
    for size in map(int, options.sizes.split(",")):
        shown = documents[:size]
        corpus = Corpus(shown, documents[size], _about(shown, told.questions)[: options.questions])
        line = {"wire": options.wire, "documents": size} | costs(corpus, reader) | right(corpus, reader)
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.caching", description=__doc__)
    parser.add_argument("--wire", default="dev-7", choices=sorted(named.named()))
    parser.add_argument("--sizes", default="10,20,40,80", help="documents of each corpus, comma-separated")
    parser.add_argument("--questions", type=int, default=40, help="about the documents of a corpus, at most")
    return parser.parse_args()


def _about(documents: Sequence[StoredDocument], questions: Sequence[Question]) -> list[Question]:
    """Answerable questions about one of these documents, by id."""
    names = {document.revision.document_id for document in documents}
    asked = [question for question in questions if question.references and question.slice == "learned"
             and len(question.gold_document_ids) == 1 and set(question.gold_document_ids) <= names]  # fmt: skip
    return sorted(asked, key=lambda question: question.question_id)


def costs(corpus: Corpus, reader: Reader) -> dict[str, Any]:
    """What the cache of a corpus holds and takes; each change ends with one token of an answer, which is little."""
    backend, documents, [*_, newest] = reader.backend, list(corpus.documents), corpus.documents
    question, longest = corpus.questions[0].text, reader.settings.max_new_tokens
    backend.prefixes = PrefixCache(reader.settings.cache_mib * MiB)
    chat = reader.chat(documents, question)
    figures = {"build_s": reader.seconds(chat, 1)}
    figures |= {"tokens": backend.prefixes.tokens, "MiB": round(backend.prefixes.size / MiB, 1)}
    figures["question_s"] = reader.seconds(chat, longest)
    figures["append_s"] = reader.seconds(reader.chat([*documents, corpus.following], question), 1)
    reader.seconds(chat, 1)
    figures["correct_newest_s"] = reader.seconds(reader.chat([*documents[:-1], _corrected(newest)], question), 1)
    reader.seconds(chat, 1)
    figures["correct_oldest_s"] = reader.seconds(reader.chat([*documents[1:], _corrected(documents[0])], question), 1)
    backend.prefixes = PrefixCache(0)
    return figures | {"question_without_cache_s": reader.seconds(chat, longest),
                      "question_tokens": _own_tokens(chat, reader)}  # fmt: skip


def _own_tokens(chat: Chat, reader: Reader) -> int:
    tokenizer = reader.backend.tokenizer
    return len(chat_format.encode(tokenizer, chat)) - chat_format.preamble_tokens(tokenizer, chat)


def _corrected(document: StoredDocument) -> StoredDocument:
    return replace(document, text=f"Corrected. {document.text}")


def right(corpus: Corpus, reader: Reader) -> dict[str, Any]:
    """The share of right answers over all documents and over the gold passage alone."""
    reader.backend.prefixes = PrefixCache(reader.settings.cache_mib * MiB)
    over_all = [reader.chat(corpus.documents, question.text) for question in corpus.questions]
    over_gold = [reader.gold_chat(corpus.documents, question) for question in corpus.questions]
    return {
        "questions": len(corpus.questions),
        "right_over_cache": _share(corpus.questions, over_all, reader, reader.over_all.abstain),
        "right_over_gold": _share(corpus.questions, over_gold, reader, reader.over_gold.abstain),
    }


def _share(questions: Sequence[Question], chats: Sequence[Chat], reader: Reader, abstain: str) -> float:
    outcomes = reader.backend.complete(chats, max_new_tokens=reader.settings.max_new_tokens)
    counted = 0
    for question, outcome in zip(questions, outcomes, strict=True):
        if not isinstance(outcome, Completion):
            raise TypeError(f"a prompt failed: {outcome}")
        reply = replies.parse(outcome.text, chunk_ids=(), abstain=abstain)
        counted += quarters.is_right(reply, question.references or (), question.text)
    return round(counted / len(questions), 3)


if __name__ == "__main__":
    main()
