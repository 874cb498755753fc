"""Examples as tokens, batches of them, and the schedule of a run."""

import itertools
from typing import Any

from services.generator import answer_prompt
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.material import as_example
from services.generator.tuning.training.tokens import (
    NO_LOSS,
    Encoded,
    Prompts,
    batches,
    common_beginning,
    encode,
    padded,
    steps_of,
)
from tests.datasets import a_pair


class Letters:
    """A tokenizer for which a letter is a token; the end of a turn is 0."""

    eos_token_id = 0

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}

    def apply_chat_template(self, turns: list[dict[str, str]], **_: Any) -> str:
        return "".join(f"<{turn['role'][0]}>{turn['content']}" for turn in turns) + "<a>"


def an_example() -> Example:
    return as_example(a_pair())


def test_an_example_is_the_closed_book_prompt_with_the_answer_and_the_end_of_turn() -> None:
    prompt = answer_prompt.load("closed_book.v2")

    made = encode(an_example(), tokenizer=Letters(), prompts=Prompts(prompt, prompt), max_tokens=100)

    assert "".join(map(chr, made.prompt)) == f"<s>{prompt.system}<u>Where is the fair?<a>"
    assert "".join(map(chr, made.reply)) == "the harbour\x00"


def test_the_choices_of_a_question_are_trained_as_they_are_asked() -> None:
    prompt = answer_prompt.load("closed_book.v2")
    example = an_example().model_copy(update={"choices": ("the harbour", "the pier")})

    made = encode(example, tokenizer=Letters(), prompts=Prompts(prompt, prompt), max_tokens=200)

    assert "".join(map(chr, made.prompt)).endswith("Where is the fair?\nChoose one: the harbour; the pier<a>")


def test_a_reply_that_is_too_long_is_cut_without_an_end_of_turn() -> None:
    prompt = answer_prompt.load("closed_book.v2")
    prompts = Prompts(prompt, prompt)
    whole = encode(an_example(), tokenizer=Letters(), prompts=prompts, max_tokens=1000)

    cut = encode(an_example(), tokenizer=Letters(), prompts=prompts, max_tokens=len(whole.prompt) + 3)

    assert "".join(map(chr, cut.reply)) == "the"


def test_only_replies_count_in_the_loss() -> None:
    ids, mask, labels = padded([Encoded((1, 2), (3, 4)), Encoded((5,), (6,))], filler=9)

    assert ids == [[1, 2, 3, 4], [9, 9, 5, 6]]
    assert mask == [[1, 1, 1, 1], [0, 0, 1, 1]]
    assert labels == [[NO_LOSS, NO_LOSS, 3, 4], [NO_LOSS, NO_LOSS, NO_LOSS, 6]]


def test_an_epoch_holds_every_example_once_and_the_seed_decides_the_order() -> None:
    examples = [Encoded((number,) * (number % 5 + 1), (0,)) for number in range(21)]

    def two_epochs(seed: int) -> list[list[Encoded]]:
        return list(itertools.islice(batches(examples, 4, seed), 12))

    first = [example for batch in two_epochs(1)[:6] for example in batch]
    assert sorted(first, key=lambda example: example.prompt) == sorted(examples, key=lambda example: example.prompt)
    assert two_epochs(1) == two_epochs(1)
    assert two_epochs(1) != two_epochs(2)


def test_long_examples_make_smaller_batches_where_tokens_are_limited() -> None:
    examples = [Encoded((1,) * length, (0,)) for length in [9] * 8 + [49] * 8]

    cut = list(itertools.islice(batches(examples, 8, 1, 200), steps_of(examples, 8, 1, 200)))

    assert sorted(len(batch) for batch in cut) == [4, 4, 8]
    assert sorted(len(example) for batch in cut for example in batch) == sorted(map(len, examples))
    assert steps_of(examples, 8, 1) == 2
    assert steps_of(examples, 8, 1, 10) == 16, "an example that is longer than the limit is a batch by itself"


def test_prompts_over_the_same_passages_are_learned_together() -> None:
    examples = [Encoded((1, number), (0,), family) for number, family in enumerate("aaabbc" + "d" * 9)]
    examples += [Encoded((2, number), (0,)) for number in range(2)]

    epoch = list(itertools.islice(batches(examples, 4, 1), steps_of(examples, 4, 1)))

    families = sorted(sorted({example.family for example in batch}) for batch in epoch)
    assert families == [["", "c", "d"], ["a"], ["b"], ["d"], ["d"]]
    assert sorted(example.prompt for batch in epoch for example in batch) == sorted(
        example.prompt for example in examples
    )


def test_what_a_batch_shares_can_be_left_out_of_its_rows() -> None:
    batch = [Encoded((1, 2, 3), (4,)), Encoded((1, 2, 5, 6), (7, 8))]

    assert common_beginning(batch) == 2
    assert padded(batch, filler=9, skip=2)[0] == [[9, 9, 3, 4], [5, 6, 7, 8]]
    assert padded(batch, filler=9, skip=2)[1] == [[0, 0, 1, 1], [1, 1, 1, 1]]


def test_a_token_of_each_prompt_is_never_shared() -> None:
    assert common_beginning([Encoded((1, 2), (3,)), Encoded((1, 2), (4,))]) == 1
    assert common_beginning([Encoded((1,), (3,)), Encoded((2,), (4,))]) == 0
