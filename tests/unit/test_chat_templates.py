"""Chat templates: what is asked comes out whole, or the model is refused before the first question."""

from pathlib import Path
from typing import Any

import pytest

from services.generator import chat_format, models
from services.generator.ports import Chat
from services.generator.settings import GeneratorSettings
from services.judge.settings import JudgeSettings
from shared import plugins
from shared.models import chat_template
from shared.models.special_tokens import SpecialTokenError
from tests import tiny_model, tokenizers

EACH = "{% for m in messages %}<|im_start|>{{ m['role'] }} "
SILENT = "{% for m in messages %}{% if m['role'] != 'system' %}<|im_start|>{{ m['content'] }}{% endif %}{% endfor %}"
RAISING = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system turn') }}{% endif %}" + SILENT
REFUSED = {
    "drops the user": "{% for m in messages %}{% if m['role'] == 'system' %}{{ m['content'] }}{% endif %}{% endfor %}",
    "capitals": EACH + "{{ m['content'] | upper }}{% endfor %}",
    "cut": EACH + "{{ m['content'][:100] }}{% endfor %}",
    "escaped": EACH + "{{ m['content'] | e }}{% endfor %}",
    "spaces": EACH + "{{ m['content'].split() | join(' ') }}{% endfor %}",
    "raises": "{{ raise_exception('never') }}",
    "another error": "{{ messages[7]['content'] + 1 }}",
    "no template": "{% for %}",
    "twice": EACH + "{{ m['content'] }}{{ m['content'] }}{% endfor %}",
    "chance": EACH + "{{ m['content'] }}{% endfor %}{{ range(100000) | random }}",
    "range": EACH + "{{ m['content'] }}{% endfor %}{% for i in range(10 ** 12) %}{% endfor %}",
}
ENDLESS = {
    "loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "power": "{% set x = 9 ** (9 ** 9) %}",
}


def tokenizer(template: str | None) -> Any:
    made = tokenizers.byte_level()
    made.chat_template = template
    return made


@pytest.mark.parametrize("template", [SILENT, RAISING])
def test_a_template_without_a_system_turn_gets_the_text_at_the_head_of_the_users(template: str) -> None:
    chat_template.require(tokenizer(template), "m")

    assert chat_format.render(tokenizer(template), Chat("Be brief.", "Who?")) == "<|im_start|>Be brief.\n\nWho?"


@pytest.mark.parametrize("template", REFUSED.values(), ids=REFUSED)
def test_a_template_that_does_not_write_what_it_is_given_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="the chat template of m "):
        chat_template.require(tokenizer(template), "m")


@pytest.mark.parametrize("template", ENDLESS.values(), ids=ENDLESS)
def test_a_template_that_never_ends_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="takes longer than 1 s"):
        chat_template.require(tokenizer(template), "m", within_s=1.0)


def test_a_template_that_writes_the_date_writes_the_same_one_every_day() -> None:
    dated = tokenizer("Today: {{ strftime_now('%d %b %Y') }} " + SILENT)
    chat_template.require(dated, "m")

    assert chat_format.render(dated, Chat("Be brief.", "Who?")).startswith("Today: 26 Jul 2024 ")


def test_a_text_that_the_template_obeys_is_not_put_to_the_model() -> None:
    obeying = EACH + "{{ m['content'] }}{% if '/think' in m['content'] %}<|im_start|>{% endif %}{% endfor %}"

    assert chat_format.encode(tokenizer(obeying), Chat("Be brief.", "Who?"))
    with pytest.raises(SpecialTokenError, match="obeys"):
        chat_format.encode(tokenizer(obeying), Chat("Be brief.", "Who? /think"))


@pytest.mark.parametrize("template", [None, ""])
def test_a_model_without_a_template_is_refused(template: str | None) -> None:
    with pytest.raises(ValueError, match="m has no chat template"):
        chat_template.require(tokenizer(template), "m")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tiny_model.save(tmp_path / "tiny")
    (folder / "chat_template.jinja").write_text(REFUSED["capitals"])
    return folder


def test_having_a_model_ready_says_what_is_wrong_with_its_template(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TILTYARD_GENERATOR_MODEL", str(folder))
    refused = models.main(), capsys.readouterr().err
    (folder / "chat_template.jinja").write_text(SILENT)
    ready = models.main(), capsys.readouterr().out

    assert refused[0] == 78
    assert "leaves out or rewrites" in refused[1]
    assert (ready[0], str(folder) in ready[1]) == (0, True)


@pytest.mark.parametrize("service", ["generator", "judge"])
def test_a_worker_is_not_built_on_such_a_model(folder: Path, service: str) -> None:
    settings: dict[str, Any] = {"generator": GeneratorSettings, "judge": JudgeSettings}
    build = plugins.load(f"services.{service}.backends", "transformers")

    with pytest.raises(ValueError, match="leaves out or rewrites"):
        build(settings[service](model=str(folder)), folder)
