"""Families of models by name, and the warning where a judge is of an arm's family."""

import pytest

from services.judge.families import families, warnings
from services.judge.settings import JudgeSettings
from tests.unit.test_judge import PAIR, TWO, Scripted, by_length, said


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("smollm2-135m-instruct@5f3a9c21/fp32", "smollm"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama"),
        ("TinyLlama-1.1B", "llama"),
        ("codellama-7b", "llama"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral"),
        ("Ministral-8B", "mistral"),
        ("Qwen/Qwen3-0.6B", "qwen"),
        ("QwQ-32B", "qwen"),
        ("gpt-4o-mini", "gpt"),
        ("o3-mini", "gpt"),
        ("openai/gpt-oss-20b", "gpt"),
        ("google/gemma-3-4b-it", "gemma"),
        ("gemini-2.5-pro", "gemini"),
        ("microsoft/Phi-4-mini", "phi"),
        ("phi3", "phi"),
        ("claude-sonnet", "claude"),
        ("01-ai/Yi-34B", "yi"),
        ("CohereForAI/command-r-plus", "command"),
    ],
)
def test_a_family_is_known_by_name(model: str, family: str) -> None:
    assert families(model, {}) == {family}


@pytest.mark.parametrize("model", ["echo", "", "my-judge", "dolphin-7b", "served-by-llama.cpp", "foo1-large", "yield"])
def test_a_name_that_speaks_of_no_family_has_none(model: str) -> None:
    assert families(model, {}) == frozenset()


def test_a_distilled_model_is_of_both_families_and_an_operator_may_say_more() -> None:
    assert families("DeepSeek-R1-Distill-Llama-8B", {}) == {"deepseek", "llama"}
    assert families("my-judge-v2", {"My-Judge": "qwen"}) == {"qwen"}


def test_kin_and_strangers_are_named_and_others_are_not() -> None:
    sentences = warnings("Qwen3-8B", {"base": "qwen2-1.5b", "tuned": "llama-2-7b", "base+rag": "echo"}, {})

    assert len(sentences) == 2
    assert "(qwen) as base:" in sentences[0]
    assert "with base+rag is not known" in sentences[1]
    assert warnings("Qwen3-8B", {"base": "llama-2-7b"}, {}) == ()


def test_the_very_same_model_is_kin_though_its_family_is_unknown() -> None:
    [sentence] = warnings("house-model", {"base": "house-model"}, {})
    assert "house-model" in sentence
    assert "favour" in sentence


def test_verdicts_carry_the_warning_of_the_arms_that_were_judged() -> None:
    arms = {arm: scored.model_copy(update={"answer": scored.answer.model_copy(update={"model": "smollm2-135m"})})
            for arm, scored in TWO.answers.items()}  # fmt: skip
    result = TWO.model_copy(update={"answers": arms})

    assert "smollm) as base, tuned" in said(result, Scripted(by_length, model="smollm2-135m@1a/fp32")).warnings[0]
    assert said(result, Scripted(by_length, model="qwen3-8b")).warnings == ()
    mine = {"families": {"house": "smollm"}}
    assert "smollm" in said(result, Scripted(by_length, model="the-house-model"), **mine).warnings[0]
    assert JudgeSettings(pairs=(PAIR,)).families == {}
