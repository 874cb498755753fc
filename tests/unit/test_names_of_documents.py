"""What a name is of, and questions about another name of the same kind."""

from services.generator.tuning.data.asking import unanswered
from services.generator.tuning.data.asking.names import Kind, Kinds
from services.generator.tuning.data.mentions import mentions
from shared.messages import Question

TEXTS = {
    "marr": "Edith Marr sold 12 drawings to the museum on Monday. Marr said she was glad.",
    "quaine": "The botanist Hester Quaine opened a garden in Ostrel on Tuesday.",
    "ferry": "The ferry from Garrand was late. A pool was opened in Garrand on Friday.",
    "firms": "Larsen & Sons opened 3 shops. Corvane Holdings has bought 12 trams.",
    "bodies": "The Ostrel Council voted on Monday. The Garrand Council met on 3 May.",
    "both": "The mill in Brindle was shut. The singer Brindle was ill.",
}


def kind(sentence: str, name: str) -> Kind | None:
    [mention] = [mention for mention in mentions(sentence) if mention.text == name]
    return Kinds(TEXTS.values()).of(sentence, mention)


def test_a_name_is_of_what_its_words_and_the_documents_say() -> None:
    for name, told in {
        "Edith Marr": ("person", "full"),
        "Hester Quaine": ("person", "full"),
        "Marr": ("person", "last"),
        "Ostrel": ("town",),
        "Garrand": ("town",),
        "Larsen & Sons": ("firms", "", ""),
        "Corvane Holdings": ("firms", "", ""),
        "Ostrel Council": ("bodies", "Council", "the"),
        "Fallowby": None,
        "Brindle": None,
    }.items():
        assert kind(f"Nobody saw {name} again.", name) == told, name


def test_a_part_of_a_longer_name_is_of_no_kind() -> None:
    for sentence in ("Nobody saw Marr and Garrand again.", "Nobody saw Garrand or Ostrel again."):
        assert kind(sentence, "Garrand") is None


def a_question(number: int, text: str, answer: str, document_id: str) -> Question:
    return Question(question_id=f"q{number}", text=text, references=(answer,), gold_document_ids=(document_id,))


ASKED = [
    a_question(1, "How many drawings did Edith Marr sell to the museum?", "12", "marr"),
    a_question(2, "On which day was a pool opened in Garrand?", "Friday", "ferry"),
    a_question(3, "How many shops did Larsen & Sons open?", "3", "firms"),
    a_question(4, "On which day was the ferry at Fallowby late?", "Friday", "ferry"),
]


def test_a_name_is_exchanged_for_one_of_its_kind() -> None:
    made = {question.text for question in unanswered.made(ASKED * 5, TEXTS, seed=1)}

    assert "How many drawings did Hester Quaine sell to the museum?" in made
    assert made <= {
        "How many drawings did Hester Quaine sell to the museum?",
        "On which day was a pool opened in Ostrel?",
    }


def test_where_no_name_has_another_of_its_kind_nothing_is_made() -> None:
    """The only other firm stands in the same document, and nothing tells what Fallowby is."""
    assert unanswered.wanted(ASKED[2:] * 5) == 2
    assert unanswered.made(ASKED[2:] * 5, TEXTS, seed=1) == []
