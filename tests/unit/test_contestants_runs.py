"""Which runs of the measurement of contestants are the same, and what one of them costs after a kill."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.contestants import __main__, contenders, identity, records, report, wires
from bench.contestants.asking import Remembering
from bench.contestants.contenders import SharedSetup
from bench.contestants.drifting import Asking
from bench.contestants.editions import Stream
from bench.contestants.learning import UPDATE, Track, job
from bench.contestants.library import Library
from bench.contestants.records import WireUnit
from services.generator.adapters import WEIGHTS
from services.generator.backends import echo, transformers
from services.generator.settings import GeneratorSettings
from services.generator.tuning.job import NEWEST
from services.generator.tuning.settings import TuningSettings
from services.ingest.settings import IngestSettings
from shared.jobs.events import Event
from shared.lab.wires.knobs import Knobs
from shared.settings import EncoderSettings
from tests import tiny_model

KNOBS = Knobs(seed=3, documents=8, new=2, corrections=0, retractions=0, reprints=0, updates=0, editions=3)
STREAM = Stream(KNOBS)
HASHING = EncoderSettings(variant="hashing", dimensions=64)
CHANGED = {"seed": 4, "documents": 9, "wordings": 1, "editions": 4, "updates": 1}


def say(_: Event) -> None:
    """Nobody listens."""


def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that is there at once."""
    for name, value in {"ENCODER_VARIANT": "hashing", "ENCODER_DIMENSIONS": "64", "INGEST_CHUNKER": "words"}.items():
        monkeypatch.setenv(f"TILTYARD_{name}", value)


def a_model(folder: Path) -> Path:
    """The tiny one, that reads prompts of many documents."""
    made = tiny_model.save(folder, width=16)
    config = json.loads((made / "config.json").read_text())
    (made / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 40_000}))
    return made


def a_recipe(file: Path, **training: Any) -> str:
    """One step, which takes a moment."""
    short = {"steps": 1, "max_tokens": 400, "batch_size": 1}
    content = {"name": "tiny", "version": 2, "data": {"builders": ["pairs"]}, "training": short | training}
    file.write_text(json.dumps(content))
    return str(file)


def a_track(folder: Path, stream: str = "s", **training: Any) -> Track:
    model = folder / "model"
    settings = GeneratorSettings(model=str(model if model.exists() else a_model(model)), threads=1)
    recipe = a_recipe(folder / "tiny.yaml", **training)
    backend = transformers.build(settings, folder)
    return Track(job(TuningSettings(recipe=recipe, threads=1), settings, folder, folder, say), backend, stream)


def test_other_news_are_another_stream() -> None:
    changed = [Stream(KNOBS.model_copy(update={name: value})).name for name, value in CHANGED.items()]

    assert len({STREAM.name, *changed}) == len(changed) + 1
    assert Stream(KNOBS.model_copy()).name == STREAM.name


def test_other_numbers_of_questions_are_other_units() -> None:
    setups = {Asking(*asked).setup for asked in ((3, 2, "s"), (4, 2, "s"), (3, 1, "s"), (3, 2, "t"))}

    assert len(setups) == 4


def test_another_model_or_setting_is_another_setup_and_the_number_of_threads_is_not() -> None:
    settings, contest = GeneratorSettings(backend="echo"), contenders.contest()
    reading = [{"chunk_tokens": 80}]

    def made(read: Any = reading, model: str = "a", **changes: Any) -> str:
        backend = echo.Echo()
        backend.model = model
        return identity.of_setup(backend, settings.model_copy(update=changes), contest, read)

    others = [made(model="b"), made(precision="bf16"), made(max_new_tokens=9), made(cag_words=9), made([])]
    assert len({made(), *others}) == 6
    assert made(threads=7, worker="other") == made()


def test_a_recipe_is_known_by_what_it_says(tmp_path: Path) -> None:
    first, same, other = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"
    used = [identity.without_seed(a_recipe(file)) for file in (first, same)]

    assert used[0] == used[1]
    assert identity.without_seed(a_recipe(other, learning_rate=0.5)).digest != used[0].digest
    assert str(used[0]) == f"tiny version 2 ({used[0].digest})"


def test_an_adapter_is_kept_for_its_recipe_and_stream_alone(tmp_path: Path) -> None:
    cases: list[dict[str, Any]] = [{}, {"learning_rate": 0.5}, {"stream": "t"}, {}]
    for case in cases:
        a_track(tmp_path, **case).learn(STREAM.edition(1))

    assert len(list((tmp_path / "adapters").glob("[!.]*"))) == 3


def test_the_first_edition_is_learned_after_none_whatever_lies_in_the_folder(tmp_path: Path) -> None:
    a_track(tmp_path, stream="of-before").learn(STREAM.edition(1))
    track, edition = a_track(tmp_path), STREAM.edition(1)

    assert track.job.dataset(edition.stored, edition.pairs, previous=None).previous == ""
    assert track.job.dataset(edition.stored, edition.pairs, previous=NEWEST).previous.startswith("tuned-of-before")
    track.learn(edition)
    assert track.speaks is not None
    lineage = json.loads((Path(track.speaks.location) / "lineage.json").read_text())
    assert "of-before" not in json.dumps(lineage.get("previous"))


def test_an_update_costs_after_a_kill_what_it_cost_before(tmp_path: Path) -> None:
    first = a_track(tmp_path)
    first.learn(STREAM.edition(1))
    assert first.speaks is not None
    folder = Path(first.speaks.location)
    whole_s = json.loads((folder / UPDATE).read_text())["seconds"]

    again = a_track(tmp_path).learn(STREAM.edition(1))

    assert whole_s > first.speaks.training.seconds
    assert again.seconds > whole_s
    (folder / UPDATE).unlink()
    made_at = (folder / WEIGHTS).stat().st_mtime_ns
    a_track(tmp_path).learn(STREAM.edition(1))
    assert (folder / WEIGHTS).stat().st_mtime_ns > made_at, "whose cost nobody knows is made again"


def test_news_in_the_cache_cost_the_tokens_that_were_computed(tmp_path: Path) -> None:
    settings = GeneratorSettings(model=str(a_model(tmp_path / "model")), max_new_tokens=1)
    words = IngestSettings(chunker="words", chunk_tokens=80, language="stated")
    library = Library(contenders.contest(), HASHING, datetime(2025, 1, 1, tzinfo=UTC), words)
    backend = transformers.build(settings, tmp_path)
    setup = SharedSetup.around(backend, settings, library, home=tmp_path, folder=tmp_path, stream="s", say=say)
    reader = setup.contestant("base+cag")

    first, second = (reader.update(STREAM.edition(number)) for number in (1, 2))

    assert 0 < second.tokens < first.tokens
    read_again = first.tokens + second.tokens - backend.prefixes.tokens
    assert 0 <= read_again < 10, "new stories are appended, and the last words before them may be read again"


def test_several_recipes_are_measured_into_one_file_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing(monkeypatch)
    settings = GeneratorSettings(model=str(a_model(tmp_path / "model")), max_new_tokens=1)
    recipes = [a_recipe(tmp_path / "a.yaml"), a_recipe(tmp_path / "b.yaml", learning_rate=0.5)]
    backend, out = Remembering(transformers.build(settings, tmp_path)), tmp_path / "out.jsonl"

    def measured(*names: str) -> list[WireUnit]:
        plan = wires.Plan(["dev-1"], [1], names, 1, tmp_path / "made")
        plan.run(backend, settings, tmp_path / "home", out, say)
        return [unit for unit in records.read(out) if isinstance(unit, WireUnit)]

    units = measured(recipes[0])
    assert [unit.recipe for unit in units] == [None, identity.without_seed(recipes[0])]
    units = measured(*recipes)
    assert [unit.recipe for unit in units[2:]] == [identity.without_seed(recipes[1])]
    assert measured(*recipes) == units
    assert not (tmp_path / "home" / "adapters").exists()
    shown = report.text(units)
    assert all(str(identity.without_seed(recipe)) in shown for recipe in recipes)


def test_a_recipe_that_is_changed_while_others_are_measured_is_not_taken_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing(monkeypatch)
    settings = GeneratorSettings(model=str(a_model(tmp_path / "model")), max_new_tokens=1)
    recipes = [a_recipe(tmp_path / "a.yaml"), a_recipe(tmp_path / "b.yaml", learning_rate=0.5)]
    plan = wires.Plan(["dev-1"], [1], recipes, 1, tmp_path / "made")
    backend, out = Remembering(transformers.build(settings, tmp_path)), tmp_path / "out.jsonl"

    def change(_: Event) -> None:
        a_recipe(tmp_path / "b.yaml", learning_rate=0.1)

    with pytest.raises(ValueError, match="was changed since the start"):
        plan.run(backend, settings, tmp_path, out, change)

    assert len(records.read(out)) == 2, "what was measured before stays"


def test_a_start_with_nothing_to_do_is_refused_before_a_model_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    cases = {"--wires, --drift or --report": [], "one recipe": ["--drift", "7", "--recipe", "a", "--recipe", "b"]}
    for said, arguments in cases.items():
        with pytest.raises(SystemExit) as ended:
            __main__.main(arguments)
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
