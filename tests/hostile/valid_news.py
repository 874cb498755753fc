"""Valid news with all fields filled in, and what is announced of contests and encoders."""

from typing import Any

from shared.messages import (
    Arm,
    Contest,
    ContestAnnounced,
    DocumentIndexed,
    EncoderChoice,
    EncodersAnnounced,
    Message,
    Recipe,
)
from tests import builders
from tests.builders import NOON

STORY = "The lantern fair at Tavrick Fields moves to the old harbour this year. " * 3
PAGE = "<html><head><title>Fair</title></head><body><p>The fair <b>moves</b> to the old harbour.</p></body></html>"


def documents(name: str) -> list[Message]:
    full = {
        "document_id": name,
        "url": f"https://wire.example/{name}",
        "first_seen_at": NOON,
        "tags": ("culture", "harbour"),
        "language": "en",
        "labels": ("desk",),
    }
    return [
        builders.a_document(**full, text=STORY),
        builders.a_document(document_id=name, text=PAGE, content_type="text/html"),
        builders.a_document(document_id=name, op="retract"),
    ]


def revision(name: str) -> dict[str, Any]:
    return {
        "document_id": name,
        "revision": 2,
        "url": "https://wire.example/a",
        "language": "en",
        "labels": ("desk",),
        "trust": 0.9,
        "duplicate_of": "story-2",
        "retracted": False,
    }


def chunks(name: str) -> list[Message]:
    return [
        builders.a_chunked_document(**revision(name)),
        builders.a_chunked_document(document_id=name, revision=3, retracted=True, chunks=()),
    ]


def indexed(name: str) -> list[Message]:
    about = builders.a_chunked_document(**revision(name)).model_dump(exclude={"chunks"})
    said: dict[str, Any] = {
        "chunk_count": 1,
        "encoder": "hashing-256",
        "encoders": ("hashing-256",),
        "embedded_at": NOON,
        "stored_at": NOON,
    }
    return [DocumentIndexed(**about, **said)]


def contests(name: str) -> list[Message]:
    recipe = Recipe(name="deep", options={"search": "rrf", "rankers": "recency,mmr", "depth": 50, "recency_floor": 0.2})
    arms = (
        Arm(name="base"),
        Arm(name="base+deep", context="deep", options={"evidence_chunks": 3, "decline": "never"}),
        Arm(name="tuned", speaker="tuned", options={"prompt": "closed_book.v1"}),
    )
    contest = Contest(name="of-strangers", recipes=(recipe,), arms=arms)
    return [ContestAnnounced(announcement_id=name, contest=contest, announced_at=NOON)]


def encoders(_: str) -> list[Message]:
    choice = EncoderChoice(name="hashing-256", variant="hashing", dimensions=256)
    other = EncoderChoice(name="hashing-64", variant="hashing", dimensions=64)
    return [EncodersAnnounced(serving=choice, beside=other, leaving=other, announced_at=NOON)]
