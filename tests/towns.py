"""Documents about invented towns in plain English sentences, of which rules make questions."""

from datetime import timedelta

from shared.messages import DocumentPublished
from tests.builders import NOON

SAID = (
    "The harbour of {town} has {cranes} cranes.",
    "The ferry takes {minutes} minutes from {town} to the island of Brask.",
    "The museum at {town} has bought {drawings} drawings from the collector {first_name} Marr.",
)
NAMES = (
    "Skarrow", "Ostrel", "Corvane", "Fallowby", "Garrand", "Pellmere", "Tavrick", "Lunde", "Hask", "Ondry", "Brell",
    "Cathrin", "Dunmore", "Estaval", "Fyrne", "Grellin", "Harrowby", "Istven", "Jorvane", "Kelso", "Lorrick", "Menby",
    "Norvall", "Orrin",
)  # fmt: skip
FIRST_NAMES = ("Edith", "Jonas", "Ilse", "Bram", "Wanda", "Klaas", "Mira", "Tove", "Ansel", "Greta", "Nils", "Vera")


def a_text(at: int) -> str:
    """Of the town of this number."""
    first_name = FIRST_NAMES[at % len(FIRST_NAMES)]
    values = {"cranes": 10 + at, "minutes": 30 + at, "drawings": 300 + at}
    return " ".join(sentence.format(town=NAMES[at], first_name=first_name, **values) for sentence in SAID)


def a_town(at: int) -> DocumentPublished:
    """Published on the day of this number."""
    return DocumentPublished(document_id=f"town-{at}", text=a_text(at), published_at=NOON + timedelta(days=at))
