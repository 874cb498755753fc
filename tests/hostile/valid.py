"""A valid message of every topic with all its fields filled in: what mutations start from."""

from collections.abc import Callable, Mapping, Sequence

from shared import topology
from shared.messages import Message
from tests.hostile import valid_models as models
from tests.hostile import valid_news as news
from tests.hostile import valid_questions as questions
from tests.hostile import valid_reviews as reviews

IDS = 40
"""So many ids are in use on each topic, so that messages meet each other."""
Make = Callable[[str], Sequence[Message]]
"""A name of its own -> messages with all fields, each of another kind."""
VALID: Mapping[topology.AnyTopic, Make] = {
    topology.DOCUMENTS: news.documents,
    topology.CHUNKS: news.chunks,
    topology.INDEXED: news.indexed,
    topology.ENCODERS: news.encoders,
    topology.CONTESTS: news.contests,
    topology.QUESTIONS: questions.questions,
    topology.EVIDENCE: questions.evidence,
    topology.ANSWERS: questions.answers,
    topology.REFERENCES: questions.references,
    topology.VOTES: questions.votes,
    topology.VERDICTS: questions.verdicts,
    topology.RESULTS: questions.results,
    topology.STANDINGS: models.standings,
    topology.REVIEW_ITEMS: reviews.items,
    topology.REVIEWS: reviews.reviews,
    topology.PAIRS: models.pairs,
    topology.ADAPTERS: models.adapters,
    topology.TUNINGS: models.tunings,
    topology.ACTIONS: models.actions,
    topology.LOSSES: models.losses,
}


def messages(topic: topology.AnyTopic) -> list[Message]:
    """What a stranger starts from: some messages for each of IDS names."""
    return [message for number in range(IDS) for message in VALID[topic](f"stranger-{number}")]
