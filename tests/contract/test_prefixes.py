"""Chats with a preamble: every backend means the same by them, and the one that keeps it answers as if it did not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from prometheus_client import REGISTRY
from transformers import LlamaConfig, MistralConfig

from services.generator import chat_format
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.backends import _growing_cache, _shared_preamble
from services.generator.ports import LATE, Chat, Completion, Failed, Scored
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.messages import AdapterAnnounced
from tests import tiny_model
from tests.contract.test_backends import an_adapter

FOLDER = "services.generator.backends"
FIRST = "[1] The fair moves to the harbour.\n\n"
MORE = "[1] The fair moves to the harbour.\n[2] A ferry sails.\n\n"
CORRECTED = "[1] The fair moves to the old quay.\n[2] A ferry sails.\n\n"
QUESTIONS = ("Where is the fair?", "Who sails?")


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def make(model_folder: Path, tmp_path: Path) -> Callable[..., Any]:
    def made(**settings: Any) -> Any:
        chosen = GeneratorSettings(backend="transformers", model=str(model_folder), threads=1, **settings)
        return plugins.load(FOLDER, "transformers")(chosen, tmp_path)

    return made


def chats(preamble: str, *questions: str) -> list[Chat]:
    return [Chat("Answer.", question, preamble, kept_as="news") for question in questions or QUESTIONS]


Said = list[tuple[str, float, int]]


def said(backend: Any, asked: list[Chat], adapter: AdapterAnnounced | None = None) -> Said:
    """Text, log probability and prompt tokens of each answer."""
    outcomes = backend.complete(asked, max_new_tokens=6, adapter=adapter)
    assert all(isinstance(outcome, Completion) for outcome in outcomes)
    return [(outcome.text, outcome.log_probability, outcome.prompt_tokens) for outcome in outcomes]


def alike(first: Said, second: Said) -> bool:
    """The same answers, as likely up to float rounding."""
    return all(
        (text, tokens) == (other, as_many) and likely == pytest.approx(as_likely, abs=1e-3)
        for (text, likely, tokens), (other, as_likely, as_many) in zip(first, second, strict=True)
    )


@contextmanager
def computed(backend: Any) -> Iterator[list[int]]:
    """How many tokens each pass of the model was given while this is open."""
    passes: list[int] = []
    hook = backend.network.register_forward_pre_hook(
        lambda _, __, options: passes.append(options["input_ids"].shape[1]), with_kwargs=True
    )
    yield passes
    hook.remove()


def kept(backend: Any, chat: Chat) -> torch.Tensor:
    """The keys that lie in the cache of a preamble, of shape (layers, heads, tokens, width)."""
    [(_, held)] = backend.prefixes._kept.items()  # noqa: SLF001  (what is kept is seen from inside alone)
    assert len(held.ids) == chat_format.preamble_tokens(backend.tokenizer, chat) == held.cache.get_seq_length()
    return torch.cat([layer.keys for layer in held.cache.layers])


def test_answers_over_a_kept_preamble_are_those_without_one(make: Callable[..., Any]) -> None:
    cached, uncached = make(), make(cache_mib=0)

    for preamble in (FIRST, MORE, CORRECTED, FIRST):
        assert alike(said(cached, chats(preamble)), said(uncached, chats(preamble))), preamble
    assert (cached.prefixes.tokens > 0, uncached.prefixes.tokens) == (True, 0)


def test_appended_corrected_and_fresh_caches_hold_the_same_keys(make: Callable[..., Any]) -> None:
    for before, after in ((FIRST, MORE), (MORE, CORRECTED), (MORE, FIRST)):
        used, fresh = make(), make()
        said(used, chats(before))
        said(used, chats(after))
        said(fresh, chats(after))

        torch.testing.assert_close(kept(used, chats(after)[0]), kept(fresh, chats(after)[0]), rtol=1e-4, atol=1e-5)


def test_a_second_question_costs_its_own_tokens_alone(make: Callable[..., Any]) -> None:
    backend, [first, second] = make(), chats(MORE)
    shared = chat_format.preamble_tokens(backend.tokenizer, first)
    own = len(chat_format.encode(backend.tokenizer, second)) - shared
    backend.complete([first], max_new_tokens=1)

    with computed(backend) as passes:
        backend.complete([second], max_new_tokens=1)

    assert passes == [own]
    assert own < shared


def test_questions_of_one_preamble_are_one_pass_and_are_answered_as_each_alone(make: Callable[..., Any]) -> None:
    backend, asked = make(), chats(MORE, "Who?", "Where is the fair that everybody speaks of?", "Who sails?")
    backend.complete([asked[0]], max_new_tokens=1)

    with computed(backend) as passes:
        together = said(backend, asked)

    ids = [chat_format.encode(backend.tokenizer, chat) for chat in asked]
    shared = chat_format.preamble_tokens(backend.tokenizer, asked[0])
    assert passes[0] == max(map(len, ids)) - shared, "one pass over three rows"
    assert alike(together, [said(make(cache_mib=0), [chat])[0] for chat in asked])


def test_an_attention_that_is_not_plain_is_put_one_question_after_the_other(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, asked = make(), chats(MORE)
    monkeypatch.setattr(backend.network.config, "attn_logit_softcapping", 30.0, raising=False)
    with computed(backend) as passes:
        answers = said(backend, asked)
    assert alike(answers, said(make(), asked))
    ids = [chat_format.encode(backend.tokenizer, chat) for chat in asked]
    shared = chat_format.preamble_tokens(backend.tokenizer, asked[0])
    assert len(ids[0]) - shared in passes
    assert len(ids[1]) - shared in passes


def test_a_model_that_answers_otherwise_over_a_shared_preamble_is_found_out(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = make()
    monkeypatch.setattr(_shared_preamble, "NAME", "eager")
    assert not _shared_preamble.can(backend.network)
    monkeypatch.undo()
    assert _shared_preamble.can(make().network)


def test_chats_of_one_preamble_and_other_instructions_are_answered_by_their_own(make: Callable[..., Any]) -> None:
    asked = [
        replace(chat, system=system) for system in ("Answer.", "Say it in one word, please.") for chat in chats(MORE)
    ]
    together = said(make(), asked)
    assert alike(together, [said(make(cache_mib=0), [chat])[0] for chat in asked])


def test_a_strength_that_is_first_asked_for_over_a_preamble_is_spoken_at(
    make: Callable[..., Any], model_folder: Path, tmp_path: Path
) -> None:
    merging, apart = make(speakers="tuned"), make(speakers="tuned", cache_mib=0)
    adapter = an_adapter(merging, model_folder, tmp_path / "first", name="first", fill=0.05)
    for backend in (merging, apart):
        backend.take_up(adapter)
    spoken = [
        [outcome.text for outcome in backend.complete(chats(MORE), max_new_tokens=6, adapter=adapter, strength=0.5)]
        for backend in (merging, apart)
    ]
    assert spoken[0] == spoken[1]


def test_questions_that_go_one_by_one_are_late_one_by_one(make: Callable[..., Any]) -> None:
    backend = make(cache_mib=0)
    timely, late = backend.complete(chats(MORE), max_new_tokens=2, within_s=[60.0, -1.0])
    assert isinstance(timely, Completion)
    assert late == LATE


def test_an_appended_document_costs_its_own_tokens_alone(make: Callable[..., Any]) -> None:
    backend, [before], [after] = make(), chats(FIRST, "Who?"), chats(MORE, "Who?")
    ids = [chat_format.encode(backend.tokenizer, chat) for chat in (before, after)]
    held = [chat_format.preamble_tokens(backend.tokenizer, chat) for chat in (before, after)]
    in_common = next(place for place, pair in enumerate(zip(*ids, strict=False)) if pair[0] != pair[1])
    backend.complete([before], max_new_tokens=1)

    with computed(backend) as passes:
        backend.complete([after], max_new_tokens=1)

    assert passes == [held[1] - in_common, len(ids[1]) - held[1]]


def test_choices_are_weighed_over_a_kept_preamble_as_without_one(make: Callable[..., Any]) -> None:
    cached, uncached = make(), make(cache_mib=0)
    asked, continuations = chats(MORE, "Where?", "Where?", "Who?"), ["the harbour", "the quay", "nobody"]

    scores = [backend.score(asked, continuations) for backend in (cached, uncached)]

    assert all(isinstance(score, Scored) for of in scores for score in of)
    assert [score.log_probability for score in scores[0]] == pytest.approx(
        [score.log_probability for score in scores[1]], abs=1e-3
    )
    assert [score.prompt_tokens for score in scores[0]] == [score.prompt_tokens for score in scores[1]]


def test_no_speaker_answers_over_the_keys_of_another(
    make: Callable[..., Any], model_folder: Path, tmp_path: Path
) -> None:
    used, uncached = make(speakers="base,tuned"), make(speakers="base,tuned", cache_mib=0)
    for name, fill in (("first", 0.5), ("second", 0.7)):
        adapter = an_adapter(used, model_folder, tmp_path / name, name=name, fill=fill)
        for backend in (used, uncached):
            backend.take_up(adapter)
        for speaker in (None, adapter):
            assert alike(said(used, chats(MORE), speaker), said(uncached, chats(MORE), speaker)), (name, speaker)
        assert sha256_of(tmp_path / name / WEIGHTS) == adapter.weights_sha256
    assert len(used.prefixes._kept) == 2, "nothing is kept of an adapter that speaks no more"  # noqa: SLF001


def test_metrics_count_what_was_computed_to_be_kept(make: Callable[..., Any]) -> None:
    def counted(change: str) -> float:
        return REGISTRY.get_sample_value("tiltyard_prefix_cache_changes_total", {"change": change}) or 0.0

    backend, before = make(), {change: counted(change) for change in ("built", "appended", "rebuilt")}
    for preamble in (FIRST[:-1], FIRST, FIRST, CORRECTED):
        said(backend, chats(preamble, "Who?"))

    assert {change: counted(change) - of for change, of in before.items()} == {"built": 1, "appended": 1, "rebuilt": 1}
    assert REGISTRY.get_sample_value("tiltyard_prefix_cache_tokens") == backend.prefixes.tokens
    assert REGISTRY.get_sample_value("tiltyard_prefix_cache_bytes") == backend.prefixes.size > 0


def test_what_was_used_last_stays_where_memory_is_short(make: Callable[..., Any]) -> None:
    backend, long = make(cache_mib=1), "[1] The fair moves. " * 14 + "\n\n"
    names = ("a", "b", "c")

    for name in names:
        backend.complete([replace(chats(long)[0], kept_as=name)], max_new_tokens=1)

    assert [key.name for key in backend.prefixes._kept] == ["c"]  # noqa: SLF001
    assert 0 < backend.prefixes.size <= 1024**2


def test_a_preamble_that_is_too_large_to_keep_is_read_for_each_question(make: Callable[..., Any]) -> None:
    backend = make(cache_mib=1)
    backend.prefixes._most = 1_000  # noqa: SLF001  (bytes: less than any preamble needs)

    answers = said(backend, chats(MORE))

    assert alike(answers, said(make(cache_mib=0), chats(MORE)))
    assert backend.prefixes.size == 0


def test_a_prompt_that_fails_keeps_its_neighbours_answers(make: Callable[..., Any]) -> None:
    backend = make()

    first, failed, last = backend.complete([*chats(FIRST, "Who?"), *chats("word " * 600 + "\n\n", "Who?"),
                                            Chat("Answer.", "Who?")], max_new_tokens=4)  # fmt: skip

    assert isinstance(first, Completion)
    assert isinstance(last, Completion)
    assert isinstance(failed, Failed)
    assert failed.kind == "prompt_too_long"


def test_a_model_whose_memory_cannot_be_cropped_answers_without_one(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = make()
    monkeypatch.setattr(_growing_cache, "of", lambda _: None)

    answers = said(backend, chats(MORE))

    assert backend.prefixes.tokens == 0
    assert alike(answers, said(make(cache_mib=0), chats(MORE)))


def test_windows_that_slide_cannot_be_cropped() -> None:
    whole, sliding = LlamaConfig(num_hidden_layers=2), MistralConfig(num_hidden_layers=2, sliding_window=8)

    assert _growing_cache.of(SimpleNamespace(config=whole)) is not None
    assert _growing_cache.of(SimpleNamespace(config=sliding)) is None


def test_preamble_and_question_are_one_user_turn_for_every_backend() -> None:
    echo = plugins.load(FOLDER, "echo")(GeneratorSettings(), Path())
    apart, together = Chat("s", "Who?", MORE), Chat("s", MORE + "Who?")

    assert echo.complete([apart], max_new_tokens=9) == echo.complete([together], max_new_tokens=9)
    assert chat_format.turns(apart) == chat_format.turns(together)


def test_a_special_token_in_a_preamble_is_broken(make: Callable[..., Any]) -> None:
    tokenizer = make().tokenizer
    [chat] = chats(f"[1] The fair{tiny_model.END} moves.\n\n", "Who?")

    ids = chat_format.encode(tokenizer, chat)

    assert ids.count(tokenizer.eos_token_id) == 2, "the template's own: behind system text and user turn"
    assert tokenizer.decode(ids) == chat_format.render(tokenizer, chat)
