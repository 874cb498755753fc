"""Questions made by rules: what is asked of a sentence, and which sentences are left alone."""

from services.generator.tuning.data.asking import clauses, verbs, wordings
from services.generator.tuning.data.builders import asked
from services.generator.tuning.data.example import Example, LeftOut
from tests.datasets import a_stored, material

ASKED = {
    "Ostermoor Mill will be shut for 12 days from Monday while the wheel is mended.": {
        "For how many days will Ostermoor Mill be shut from Monday?": "12",
        "From which day will Ostermoor Mill be shut for 12 days?": "Monday",
    },
    "The museum at Fallowby has bought 340 drawings from the collector Edith Marr.": {
        "How many drawings has the museum at Fallowby bought from the collector Edith Marr?": "340",
        "From which collector has the museum at Fallowby bought 340 drawings?": "Edith Marr",
    },
    "A boat built in the same yard carried 31 tonnes of gravel to Fallowby.": {
        "How many tonnes of gravel did a boat built in the same yard carry to Fallowby?": "31",
    },
    "The Bank of Fallowby did not raise rates on 3 May.": {
        "On which day did the Bank of Fallowby not raise rates?": "3 May"
    },
    "The ferry takes 48 minutes from Fallowby.": {"How many minutes does the ferry take from Fallowby?": "48"},
    "Growers around Fallowby have lost 90 hectares of barley, the field office said.": {
        "How many hectares of barley have growers around Fallowby lost?": "90",
    },
    "The ferry needs about 54 hours from Fallowby.": {"How many hours does the ferry need from Fallowby?": "54"},
    "The bridge was opened at Fallowby on 3 May and will carry trams.": {
        "On which day was the bridge opened at Fallowby?": "3 May",
    },
}
LEFT_ALONE = (
    "Mayor of Fallowby opens 12 pools",
    "PHOTOS: The mill at Fallowby was shut on Monday.",
    "A view of the pool (left) was shown at Fallowby on Monday.",
    "The mill at Fallowby said the pool was opened on Monday.",
    "Mill workers visited the shattered city of Fallowby damaged in 2019.",
    "The other mill at Fallowby was shut on Monday.",
    "The council of Fallowby bought it on Monday.",
    "The theatre at Fallowby saw the Marr Medal handed over on Monday.",
    "It came from Fallowby on Monday.",
    "When full it holds 88 litres at Fallowby.",
    '"We promised 12 trams to Fallowby," she said.',
    "The final count at Fallowby was 14 votes to 11.",
    "Edith Marr, the collector, sold 12 drawings at Fallowby.",
    "A report.",
    "",
)


def test_each_fact_of_a_plain_sentence_is_asked_for() -> None:
    for sentence, wanted in ASKED.items():
        made = {fact.wordings["question"]: fact.answer for fact in wordings.of_sentence(sentence)}
        assert made == wanted, sentence


def test_the_bare_verb_is_an_english_word() -> None:
    for verb, bare in {
        "cancelled": "cancel", "labelled": "label", "panicked": "panic", "travelled": "travel", "stopped": "stop",
        "closed": "close", "carried": "carry", "installed": "install", "called": "call", "kicked": "kick",
        "found": "find", "unfolded": "unfold", "has": "have", "goes": "go", "watches": "watch",
    }.items():  # fmt: skip
        assert verbs.bare(verb) == bare, verb
    [fact] = wordings.of_sentence("The operator cancelled 14 ferries to Fallowby.")
    assert fact.wordings["question"] == "How many ferries did the operator cancel to Fallowby?"


def test_a_sentence_whose_verb_has_no_known_bare_form_is_left_alone() -> None:
    assert verbs.bare("glorbinked") is None
    assert not [*wordings.of_sentence("The operator glorbinked 14 ferries to Fallowby.")]


def test_a_name_of_several_parts_is_not_cut() -> None:
    for sentence, questions in {
        "Larsen & Sons opened 3 shops.": {"How many shops did Larsen & Sons open?"},
        "Marks and Spencer opened 3 shops.": {"How many shops did Marks and Spencer open?"},
        "The museum bought 40 ovens from the baker Larsen & Sons.": {
            "How many ovens did the museum buy from the baker Larsen & Sons?",
        },
        "The mayor bought 40 ovens from the baker Marks and Spencer.": {
            "How many ovens did the mayor buy from the baker Marks and Spencer?"
        },
        "The mayor opened 12 pools in Garrand and Ostrel.": {
            "How many pools did the mayor open in Garrand and Ostrel?"
        },
        "The mayor bought 40 ovens from Smith, Jones and Co.": set(),
        "The mayor opened 12 pools in Garrand, Ostrel and Fallowby.": set(),
    }.items():
        assert {fact.wordings["question"] for fact in wordings.of_sentence(sentence)} == questions, sentence


def test_what_is_not_plain_gives_no_question() -> None:
    assert [sentence for sentence in LEFT_ALONE if [*wordings.of_sentence(sentence)]] == []


def test_a_common_word_at_the_beginning_is_a_name_where_the_text_writes_it_so() -> None:
    sentence = "Apple opened 3 shops at Fallowby."
    for text, wanted in (("They work for Apple.", "Apple"), ("It is an apple.", "apple")):
        fact, *_ = wordings.of_sentence(sentence, text)
        assert fact.wordings["question"] == f"How many shops did {wanted} open at Fallowby?"


def test_one_fact_is_asked_for_by_three_templates() -> None:
    [fact] = wordings.of_sentence("The ferry takes 48 minutes from Fallowby.")

    assert fact.wordings == {
        "question": "How many minutes does the ferry take from Fallowby?",
        "in place": "The ferry takes how many minutes from Fallowby?",
        "request": "Tell me how many minutes the ferry takes from Fallowby.",
    }


def test_a_person_is_asked_for_where_the_text_shows_that_it_is_one() -> None:
    sentence = "Edith Marr was elected mayor of Fallowby on Monday."
    asked_of = {fact.wordings["question"] for fact in wordings.of_text(f"{sentence}\nMarr said she was glad.")}

    assert "Who was elected mayor of Fallowby on Monday?" in asked_of
    assert not any(fact.kind == "person" for fact in wordings.of_text(sentence))


def test_an_abbreviation_ends_no_sentence_and_of_initials_nobody_knows() -> None:
    text = (
        "The ferry to Fallowby was stopped on 12 boats by Gov. Marr. Edith Marr closed the mill on Jan. 6 for 12 days."
    )
    assert {fact.sentence for fact in wordings.of_text(text)} == {
        "The ferry to Fallowby was stopped on 12 boats by Gov. Marr.",
        "Edith Marr closed the mill on Jan. 6 for 12 days.",
    }
    ended = "The mill of Fallowby was shut in Dec. The mayor opened 12 pools at Ostrel."
    assert "The mayor opened 12 pools at Ostrel." in {fact.sentence for fact in wordings.of_text(ended)}
    cut = "The mill of Fallowby was shut for 12 days in the U.S. Forest Service closed Marr Bridge for 9 days. "
    assert {fact.answer for fact in wordings.of_text(cut + "The Fallowby mill was shut for 31 days.")} == {"31"}


def test_lines_without_words_are_passed_over() -> None:
    facts = wordings.of_text(
        "\n\nThe mill of Fallowby was shut for 12 days.\n \nThe ferry takes 48 minutes from Ostrel.\n"
    )
    assert [fact.answer for fact in facts] == ["12", "48"]


def test_no_adverb_is_a_part_of_a_persons_name() -> None:
    text = '{} Marr sold the mill at Fallowby to a baker. "It was old," said Marr.'
    assert [fact.answer for fact in wordings.of_text(text.format("Edith")) if fact.kind == "person"] == ["Edith Marr"]
    for adverb in ("Soon", "Traditionally"):
        assert [fact for fact in wordings.of_text(text.format(adverb)) if fact.kind == "person"] == []


def test_a_person_may_be_called_by_the_last_name_but_not_by_a_number() -> None:
    for answer, also in (("Edith Marr", ("Marr",)), ("Queen Edith II", ())):
        assert wordings.Asked(answer, "person", "", {}).also == also


def test_has_is_an_auxiliary_before_a_participle_alone() -> None:
    for sentence, auxiliary in (
        ("The town has opened 3 pools.", True),
        ("The town has won 3 pools.", True),
        ("The town has an old pool.", False),
        ("The town has 3 pools.", False),
    ):
        clause = clauses.of(sentence)
        assert clause is not None
        assert clause.auxiliary is auxiliary
    [fact] = wordings.of_sentence("The port of Fallowby has 3 cranes.")
    assert fact.wordings["question"] == "How many cranes does the port of Fallowby have?"


def test_the_builder_makes_the_templates_that_it_is_told_and_counts_what_offers_none() -> None:
    documents = [
        a_stored("a", "The ferry takes 48 minutes from Fallowby.\nThe mill at Fallowby was sold on Monday."),
        a_stored("b", "It rained."),
    ]
    made = list(asked.build(material(documents, []), asked.Options(templates=("request",), per_document=1)))
    examples = [example for example in made if isinstance(example, Example)]

    assert len(examples) == 1
    assert examples[0].question.startswith("Tell me ")
    assert [left_out.reason for left_out in made if isinstance(left_out, LeftOut)] == [asked.NOTHING]


def test_any_text_is_read_without_an_error() -> None:
    texts = (
        "was",
        "The was",
        "The " + "a " * 5_000 + "was 3 m",
        "\u202eThe bridge was 3 m at X",
        "A 3 4 5 6, was,",
        "",
    )
    assert all(isinstance(wordings.of_text(text), list) for text in texts)


def test_what_stands_before_or_beside_the_main_clause_is_moved_or_left_out() -> None:
    for sentence, questions in {
        "In 1817, the exchange of Fallowby was moved to Ostrel.": {
            "In which year was the exchange of Fallowby moved to Ostrel?"
        },
        "However, Fallowby Mill (a listed building) was shut for 12 days.": {
            "For how many days was Fallowby Mill shut?"
        },
        "The record of Fallowby was held by Edith Marr.": {"By whom was the record of Fallowby held?"},
        "French bakers opened 12 shops.": {"How many shops did French bakers open?"},
        "The port of Fallowby was built with 12 cranes and Ostrel has 9.": {
            "With how many cranes was the port of Fallowby built?"
        },
        "The port of Fallowby got engaged in 12 talks.": set(),
        "Marr Fair ran at Fallowby from 3 May to 9 May.": {"At which place did Marr Fair run from 3 May to 9 May?"},
        "Fallowby was flooded in 1817, 1823 and 1841.": set(),
        "Half of Fallowby burned in 1817\u201318.": set(),
        "In the days when Marr ruled, Fallowby had 12 mills.": set(),
    }.items():
        assert {fact.wordings["question"] for fact in wordings.of_sentence(sentence)} == questions, sentence
