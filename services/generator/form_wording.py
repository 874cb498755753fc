"""Asking for an answer's form: the wishes of a question in the words of a versioned file.

A prompt's own version says what stands in it without a form; with one, the version of the wording is added, so that
no two texts go by one name.
"""

import json
import tomllib
from functools import cache
from importlib import resources
from string import Template

from services.generator.answer_prompt import neutral
from shared.messages import Form

WORDING = "form.v1"


def version(prompt_version: str, form: Form | None) -> str:
    """The version of a prompt with what this form adds to it."""
    return f"{prompt_version}+{WORDING}" if wishes(form) else prompt_version


def wishes(form: Form | None) -> str:
    """The lines that ask for the form, each with its line break before it; empty where nothing is asked.

    The schema is data of the asker's, and neutralised like the question.
    """
    wished = form.model_dump(exclude={"version"}, exclude_none=True) if form else {}
    return "".join(f"\n{_wording()[name].substitute({name: _said(wish)})}" for name, wish in wished.items())


def _said(wish: object) -> str:
    return neutral(json.dumps(wish, ensure_ascii=False)) if isinstance(wish, dict) else str(wish)


@cache
def _wording() -> dict[str, Template]:
    text = (resources.files("services.generator.forms") / f"{WORDING}.toml").read_text(encoding="utf-8")
    return {name: Template(line) for name, line in tomllib.loads(text).items()}
