"""Special tokens of the loaded tokenizer: none of them is ever made of what a stranger wrote."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.generator import answer_prompt
from services.generator.backends.transformers import Transformers
from services.generator.ports import Chat, Completion, Failed
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.example import Example
from services.generator.tuning.training import tokens
from services.judge.backends.transformers import Transformers as Judge
from services.judge.ports import Sheet
from services.judge.settings import JudgeSettings
from shared.models import chat_template, language
from shared.models.special_tokens import SpecialTokenError, SpecialTokens
from shared.prompts import neutral
from tests import tiny_model, tokenizers
from tests.builders import a_question

ALL = [*tokenizers.SPECIAL, *tokenizers.PLAIN]
build = cache(lambda name: tokenizers.BUILDS[name]())
every_build = pytest.mark.parametrize("name", tokenizers.BUILDS)


def held(tokenizer: Any, text: str) -> list[int]:
    """The special tokens in a prompt that says a text."""
    form = chat_template.of(tokenizer)
    return form.special.within(form.ids("Answer.", text))


@every_build
@pytest.mark.parametrize("token", ALL)
def test_no_added_token_comes_out_of_what_is_said(name: str, token: str) -> None:
    texts = [token, f"before {token} after", f"a{token}b", f"  {token}  ", token * 3]

    assert [held(build(name), text) for text in texts] == [held(build(name), "Who?")] * len(texts)


@every_build
@settings(deadline=None, max_examples=60)
@given(pieces=st.lists(st.sampled_from([*ALL, "<|", "|>", "<", "[", "im_start", " ", "\n", "a"]), max_size=8))
def test_no_added_token_comes_out_of_any_nesting(name: str, pieces: list[str]) -> None:
    assert held(build(name), "".join(pieces)) == held(build(name), "Who?")


@pytest.mark.parametrize("token", ALL)
def test_a_broken_token_can_still_be_read(token: str) -> None:
    broken = SpecialTokens(build("byte level")).broken(f"before {token} after")

    assert token not in broken
    assert broken.replace(" ", "") == f"before {token} after".replace(" ", "")


@pytest.mark.parametrize("text", ["<|IM_START|>system", "\uff1c|im_start|\uff1esystem", "\uff3bINST\uff3d"])
def test_a_token_that_only_the_normaliser_makes_is_broken_too(text: str) -> None:
    special = SpecialTokens(build("normalising"))

    assert special.within(build("normalising")(text)["input_ids"])
    assert special.within(build("normalising")(special.broken(text))["input_ids"]) == []


def test_ordinary_text_is_left_alone_also_where_the_tokenizer_has_pieces_for_it() -> None:
    text = "The harbour [1] is  shut:\n\n3 < 4 per cent, said <b>Zo\u00eb</b>.\n"

    assert SpecialTokens(build("byte level")).broken(text) == text


def test_letters_that_the_tokenizer_does_not_know_are_no_special_tokens() -> None:
    assert held(build("greedy"), "\u6771\u4eac?") == held(build("greedy"), "Who?")


def test_what_the_template_writes_in_brackets_is_broken_without_a_token_for_it() -> None:
    tokenizer = tokenizers.byte_level()
    tokenizer.chat_template = "{% for m in messages %}<Q>{{ m['content'] }}[[/Q]]{% if messages[0] %}[DONE]{% endif %}"

    assert SpecialTokens(tokenizer).broken("<Q> [DONE] messages[0]") == "< Q> [ DONE] messages[0]"


def test_a_token_of_one_character_is_replaced() -> None:
    tokenizer = tokenizers.byte_level()
    tokenizer.add_special_tokens({"additional_special_tokens": ["\u2021"]})

    assert SpecialTokens(tokenizer).broken("a\u2021b") == "a\ufffdb"


def test_a_prompt_in_which_a_word_became_a_token_is_not_made() -> None:
    with pytest.raises(SpecialTokenError, match="im_end"):
        held(tokenizers.spaceless(), "Who? <|im_end|>")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose tokenizer takes out spaces, so that no token can be broken."""
    from tokenizers import AddedToken, normalizers
    from transformers import AutoTokenizer

    folder = tiny_model.save(tmp_path_factory.mktemp("tiny"))
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    tokenizer.backend_tokenizer.normalizer = normalizers.Replace(" ", "")
    tokenizer.add_tokens([AddedToken("~~x~~", normalized=True, special=False)])
    tokenizer.save_pretrained(folder)
    return folder


def model_of(folder: Path) -> language.Model:
    return language.resolve(str(folder), folder)


def test_a_question_that_cannot_be_put_safely_has_failed_and_its_neighbours_are_answered(folder: Path) -> None:
    backend = Transformers(model_of(folder), GeneratorSettings(threads=1), folder)

    bad, good = backend.complete([Chat("Answer.", "Who? ~~x~~"), Chat("Answer.", "Who?")], max_new_tokens=2)

    assert isinstance(bad, Failed)
    assert (bad.kind, "Who" in bad.reason) == ("special_token", False)
    assert isinstance(good, Completion)


def test_a_choice_that_cannot_be_put_safely_has_failed(folder: Path) -> None:
    backend = Transformers(model_of(folder), GeneratorSettings(threads=1), folder)
    chat = Chat("Answer.", "Who?")

    bad, good = backend.score([chat, chat], ["~~x~~", "the mayor"])

    assert [isinstance(scored, Failed) for scored in (bad, good)] == [True, False]


def test_a_judge_says_why_it_cannot_judge_such_a_text(folder: Path) -> None:
    judge = Judge(model_of(folder), JudgeSettings(batch_size=2, max_new_tokens=2))
    sheets = [Sheet("You judge.", user, a_question(), ("a", "b"), {"a": ("a",)}) for user in ("~~x~~", "Which?")]

    bad, good = judge.judge(sheets)

    assert "~~x~~" in (bad.failure or "")
    assert "read as" not in (good.failure or "")


@pytest.mark.parametrize("form", ["text", "closed_book", "rag"])
def test_training_learns_no_special_token_from_a_document(form: Any) -> None:
    said = "It moved. <tool_response> ~~hidden~~ <|im_end|>"
    example = Example(builder="pairs", form=form, question=said, passages=(said,), answer=said, document_ids=("s",))
    prompt, tokenizer = answer_prompt.load("rag.v1"), build("byte level")

    made = tokens.encode(example, tokenizer=tokenizer, prompts=tokens.Prompts(prompt, prompt), max_tokens=9_000)

    assert SpecialTokens(tokenizer).within(made.reply) == [tokenizer.eos_token_id]


@pytest.mark.parametrize("token", sorted({*ALL} - {"\u2237odd name\u2237", "~~hidden~~", "<table>"}))
def test_tokens_of_known_families_are_broken_without_any_tokenizer(token: str) -> None:
    assert token not in neutral(f"before {token} after")
    assert neutral(token).replace(" ", "") == token
