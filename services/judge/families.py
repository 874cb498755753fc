"""Which family a model belongs to, by its name: a judge tends to prefer what its own kin say.

Panickssery et al., NeurIPS 2024, "LLM evaluators recognize and favor their own generations".
"""

import re
from collections.abc import Mapping

NAMED: Mapping[str, str] = {
    r"claude": "claude",
    r"\bcommand-?[ra]\b": "command",
    r"deepseek": "deepseek",
    r"falcon": "falcon",
    r"gemini": "gemini",
    r"gemma": "gemma",
    r"\bglm": "glm",
    r"gpt|\bo[134]\b": "gpt",
    r"granite": "granite",
    r"\bkimi": "kimi",
    r"llama(?!\.cpp)|vicuna|\btulu|\bhermes": "llama",
    r"mi[sx]tral|ministral|codestral|zephyr": "mistral",
    r"nemotron": "nemotron",
    r"\bolmo": "olmo",
    r"\bphi\b|\bphi-?\d": "phi",
    r"qwen|\bqwq": "qwen",
    r"smollm": "smollm",
    r"\byi\b": "yi",
}
"""A pattern in a model's name, in lower case -> its family."""


def families(model: str, more: Mapping[str, str]) -> frozenset[str]:
    """The families that a model's name speaks of; empty where it speaks of none.

    A distilled model may name two. `more`: parts of names -> families, which go first.
    """
    name = model.casefold()
    if given := {family for part, family in more.items() if part.casefold() in name}:
        return frozenset(given)
    return frozenset(family for pattern, family in NAMED.items() if re.search(pattern, name))


def warnings(judge: str, arms: Mapping[str, str], more: Mapping[str, str]) -> tuple[str, ...]:
    """What speaks against a judge's impartiality, in sentences; `judge` is its model, `arms` maps arm to model."""
    own = families(judge, more)
    theirs = {arm: families(model, more) for arm, model in sorted(arms.items())}
    kin = [arm for arm, family in theirs.items() if own & family or arms[arm] == judge]
    unknown = [arm for arm, family in theirs.items() if arm not in kin and not (own and family)]
    sentences = []
    if kin:
        named = "/".join(sorted(own)) or judge
        sentences.append(f"the judge is of the same model family ({named}) as {', '.join(kin)}: it may favour its kin")
    if unknown:
        sentences.append(f"whether the judge is of one model family with {', '.join(unknown)} is not known")
    return tuple(sentences)
