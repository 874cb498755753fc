"""A contest as a file: what it says, what is refused before it is announced, and to which one a question belongs."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contests import checking, files
from shared.contests.calendar import CLOCKS_DIFFER, Calendar
from shared.contests.faults import MOST, FaultyContestError
from shared.contests.parts import Square, search_against_memory, squares
from shared.contests.view import Contests
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.messages import ContestAnnounced
from shared.topology import CONTESTS
from tests.builders import NOON
from tests.contests import ARMS, a_contest, an_arm

FILE = """
name = "mine"

[[recipes]]
name = "hybrid"
rankers = ["recency", "mmr"]
top_k = 7

[[arms]]
name = "plain"

[[arms]]
name = "reader"
context = "hybrid"
prompt = "rag.v1"
decline = "never"
evidence_chunks = 3
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "contest.toml"
    file.write_text(text)
    return file


def problems(folder: Path, text: str, *tracks: str) -> list[str]:
    return checking.problems(files.read(written(folder, text)), ["tuned", *tracks])


def test_a_file_says_arms_and_recipes_and_what_they_set(tmp_path: Path) -> None:
    contest = files.read(written(tmp_path, FILE))

    assert contest.arm_names == ("plain", "reader")
    assert contest.recipes[0].options == {"rankers": "recency,mmr", "top_k": 7}
    assert contest.arms[1].options == {"prompt": "rag.v1", "decline": "never", "evidence_chunks": 3}
    assert checking.problems(contest, ["tuned"]) == []


def test_the_shipped_contest_is_the_two_by_two_and_has_no_problems() -> None:
    assert files.shipped().arm_names == ARMS == ("base", "base+rag", "tuned", "tuned+rag")
    assert checking.problems(files.shipped(), ["tuned"]) == []


def test_a_recipe_may_not_have_the_name_of_a_way_of_giving_context(tmp_path: Path) -> None:
    text = FILE.replace('"hybrid"', '"gold"')

    assert problems(tmp_path, text) == ["recipe gold: a way of giving context has that name already"]


def test_every_shipped_contest_has_no_problems_and_is_had_by_its_name() -> None:
    assert {"two_by_two", "seven_arms", "searches", "all"} <= set(files.names())
    assert {name: checking.problems(files.chosen(name), ["tuned"]) for name in files.names()} == {
        name: [] for name in files.names()
    }
    with pytest.raises(ValueError, match="shipped contests are all, deciding, searches, seven_arms, two_by_two"):
        files.chosen("eight_arms")


def test_the_seven_arms_are_the_two_by_two_with_gold_passages_and_the_form_of_an_answer() -> None:
    seven = files.chosen("seven_arms")

    assert set(ARMS) < set(seven.arm_names)
    assert seven.wants_gold
    assert not files.shipped().wants_gold
    assert {arm.name for arm in seven.arms if arm.context == "gold"} == {"base+gold", "tuned+gold"}


def test_each_arm_of_the_searches_differs_in_one_thing_from_the_usual_retrieval() -> None:
    searches = files.chosen("searches")
    recipes = {recipe.name: recipe.options for recipe in searches.recipes}
    usual = next(arm for arm in searches.arms if arm.name == "base+rag")
    others = [arm for arm in searches.arms if arm.context != "none" and arm is not usual]

    assert recipes[usual.context] == {}
    assert usual.options == {}
    for arm in others:
        assert (arm.context == usual.context) != (arm.options == {}), arm.name
        assert arm.speaker == "base"


def test_another_word_in_the_file_is_another_version_and_another_order_of_options_is_not(tmp_path: Path) -> None:
    contest = files.read(written(tmp_path, FILE))
    same = files.read(
        written(tmp_path, FILE.replace('prompt = "rag.v1"\ndecline = "never"', 'decline = "never"\nprompt = "rag.v1"'))
    )
    other = files.read(written(tmp_path, FILE.replace("top_k = 7", "top_k = 8")))

    assert same.label == contest.label
    assert other.digest != contest.digest


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('context = "hybrid"', 'context = "hybird"'), "no recipe 'hybird': choose one of cag, none, gold, hybrid"),
        (('prompt = "rag.v1"', 'prompt = "rag.v9"'), "no prompt 'rag.v9': choose one of cag.v1, closed_book.v1"),
        (
            ('prompt = "rag.v1"', 'prompt = "/etc/own.toml"'),
            "no prompt '/etc/own.toml': choose one of cag.v1, closed_book.v1",
        ),
        (("top_k = 7", 'cross_encoder = "/srv/model"'), "no option cross_encoder"),
        (('decline = "never"', 'decline = "always"'), "no rule 'always'"),
        (('"mmr"', '"nnr"'), "no 'nnr' among rankers: choose one of"),
        (('name = "plain"', 'name = "plain"\ndecline = "support"'), "weighs passages, and this arm has none"),
        (("top_k = 7", "top_k = 0"), "top_k: Input should be greater than or equal to 1"),
        (("top_k = 7", "topk = 7"), "no option topk"),
        (('decline = "never"', 'abstention = "sometimes"'), "no rule 'sometimes'"),
        (("evidence_chunks = 3", "evidence_chunk = 3"), "no option evidence_chunk"),
        (('name = "plain"', 'name = "plain"\nspeaker = "smal"'), "no track 'smal': choose one of base, small, tuned"),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_those_that_are(
    tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    assert change[0] in FILE
    [problem] = problems(tmp_path, FILE.replace(*change), "small")
    assert reason in problem


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "is no TOML"),
        ('name = "x"', "arms are too few: 1 at least"),
        ('name = "x"\narms = 3', r"`arms` are paragraphs that each begin with \[\[arms\]\]"),
        ('name = "x"\n[[arms]]\nname = "a"\n[[arms]]\nname = "a"', "two arms are called a"),
        ('name = "x"\n[[arms]]\nname = "A b"', "line 3: arms 1, name is to have 1 to 40 of a-z"),
        ('name = "x"\nextra = 1\n[[arms]]\nname = "a"', "line 2: extra is not known: there are name, recipes, arms"),
        ("a = " + "9" * 5_000, "is no TOML: Exceeds the limit"),
    ],
)
def test_a_file_that_is_no_contest_says_where_it_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        files.read(written(tmp_path, text))


MANY_FAULTS = """
name = "A b"
extra = 1
[[recipes]]
name = "hybrid"
[[recipes]]
[[arms]]  # the first
name = "a"
speaker = 3
long = "{long}"
[[arms]]
name = "a"
'context' = false
when = 2020-01-01
""".replace("{long}", "y" * 300)


def test_all_faults_of_a_file_are_told_at_once_each_with_its_line_and_key() -> None:
    with pytest.raises(FaultyContestError) as told:
        files.parsed(MANY_FAULTS.encode(), "contest.toml")
    value = "is to be true, false, a finite number, or text of at most 200 characters"

    assert told.value.faults == (
        "line 2: name is to have 1 to 40 of a-z, 0-9 and + . _ -, a letter or a digit first",
        "line 3: extra is not known: there are name, recipes, arms",
        "line 6: recipes 2, name is missing",
        "line 9: arms 1, speaker is to be text between quotes",
        f"line 10: arms 1, long {value}",
        "line 13: arms 2, context is to be text between quotes",
        f"line 14: arms 2, when {value}",
        "two arms are called a",
    )


def test_where_a_text_may_hold_what_looks_like_a_key_no_line_is_told() -> None:
    text = 'name = "x"\n[[arms]]\nname = "a"\nprompt = """\nspeaker = 1\n"""\nspeaker = 3\n'
    with pytest.raises(FaultyContestError) as told:
        files.parsed(text.encode(), "contest.toml")

    assert told.value.faults == ("arms 1, speaker is to be text between quotes",)


def test_a_file_with_more_faults_than_anybody_reads_is_told_in_short() -> None:
    text = 'name = "x"\n[[arms]]\nname = "a"\n' + "".join(f"o{at} = {{}}\n" for at in range(40)) + "[[arms]]\n" * 15
    with pytest.raises(FaultyContestError) as told:
        files.parsed(text.encode(), "contest.toml")

    assert len(told.value.faults) == MOST + 1
    assert told.value.faults[-1] == "and 5 more"


def test_each_shipped_contest_says_in_a_sentence_what_it_is_for() -> None:
    for name in files.names():
        said = files.about(name)
        assert said.endswith("."), name
        assert 40 < len(said) < 300, name
        assert "TILTYARD" not in said
    with pytest.raises(ValueError, match="is shipped: choose one of all, deciding, searches"):
        files.about("../all")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        files.read(tmp_path / "none.toml")


@given(st.lists(st.integers(0, 100), max_size=6), st.integers(-10, 120), st.randoms())
def test_a_question_belongs_to_the_last_contest_before_it_in_whatever_order_they_are_heard(
    seconds: list[int], asked: int, random: "object"
) -> None:
    announced = [(a_contest("base", name=f"c-{at}"), NOON + timedelta(seconds=at)) for at in sorted(set(seconds))]
    heard = list(announced)
    random.shuffle(heard)  # type: ignore[attr-defined]
    calendar = Calendar()
    for contest, at in heard:
        calendar = calendar.announced(contest, at)
    moment = NOON + timedelta(seconds=asked)
    before = [contest for contest, at in announced if at + CLOCKS_DIFFER <= moment]

    assert calendar.at(moment) == (before[-1] if before else files.shipped())


def test_contests_are_followed_and_what_cannot_be_read_is_passed_over() -> None:
    broker = MemoryBroker(now=lambda: NOON)
    contests = Contests(MemoryTail(broker, CONTESTS.name))
    assert contests.look().at(NOON) == files.shipped()
    broker.append(CONTESTS.name, b"x", b"{}")
    broker.publish(CONTESTS, ContestAnnounced(announcement_id="1", contest=a_contest("base"), announced_at=NOON))

    assert contests.look().at(NOON + CLOCKS_DIFFER) == a_contest("base")


def test_the_two_by_two_is_found_by_what_arms_are_and_not_by_their_names() -> None:
    arms = [
        an_arm("zeta", speaker="mine", context="none"),
        an_arm("a", speaker="base", context="none"),
        an_arm("c", speaker="base", context="hybrid"),
        an_arm("again", speaker="base", context="hybrid", options={"prompt": "rag.v1"}),
        an_arm("b", speaker="mine", context="hybrid"),
        an_arm("words", speaker="base", context="words"),
    ]

    assert squares(arms) == [Square("a", "c", "zeta", "b")]
    assert squares(files.shipped().arms) == [Square(*ARMS)]
    assert squares(arms[1:3]) == [Square("a", "c", None, None)]


def test_two_tracks_and_two_recipes_make_four_squares() -> None:
    contexts, speakers = ("none", "x", "y"), ("base", "t", "u")
    arms = [an_arm(f"{s}-{c}", speaker=s, context=c) for s in speakers for c in contexts]

    assert len(squares(arms)) == 4
    assert all(square.whole for square in squares(arms))
    assert search_against_memory(arms) == [
        ("base-x", "t-none"),
        ("base-x", "u-none"),
        ("base-y", "t-none"),
        ("base-y", "u-none"),
    ]


def test_an_arm_that_is_given_the_right_passages_is_in_no_square_and_searches_nothing() -> None:
    arms = [an_arm("base"), an_arm("base+gold"), an_arm("tuned"), an_arm("tuned+gold"), an_arm("base+rag")]

    assert squares(arms) == [Square("base", "base+rag", "tuned", None)]
    assert search_against_memory(arms) == [("base+rag", "tuned")]


def test_what_results_keep_of_an_arm_says_by_which_prompt_it_is_asked() -> None:
    shown = an_arm("base+rag", options={"prompt": "rag_with_examples.v1"}).taken

    assert (shown.prompt, shown.shows_examples) == ("rag_with_examples.v1", True)
    assert (an_arm("base+rag").taken.prompt, an_arm("base+rag").taken.shows_examples) == ("", False)


def test_contests_of_one_moment_are_in_one_order_whoever_hears_of_which_first() -> None:
    contest, other = a_contest("base", name="one"), a_contest("base", name="other")
    later = NOON + CLOCKS_DIFFER
    ahead = Calendar().announced(contest, NOON).announced(other, NOON).at(later)

    assert Calendar().announced(other, NOON).announced(contest, NOON).at(later) == ahead


@pytest.mark.parametrize("value", ["inf", "nan"])
def test_a_number_that_no_message_can_carry_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        files.read(written(tmp_path, FILE.replace("top_k = 7", f"recency_half_life_days = {value}")))
