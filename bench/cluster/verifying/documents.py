"""Every acknowledged revision has one disposition, and the last one is what stands, whole and alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.cluster.verifying.world import CHUNKS, DOCUMENTS, Fate, Finding, Place, World, by


def findings(world: World) -> Iterator[Finding]:
    """What is wrong with the documents."""
    yield from _taken(world)
    yield from _decided(world)
    yield from _cut(world)
    documents = {row["document_id"]: row for row in world.rows("documents")}
    revisions = by("document_id", world.rows("document_revisions"))
    signed = {row["document_id"] for row in world.rows("signatures")}
    for name, fate in world.last.items():
        yield from _standing(name, fate, documents.get(name))
        yield from _kept(name, fate, revisions.get(name, []))
        yield from _found(world, name, fate)
        if not fate.mark and name in signed:
            yield Finding("retracted", f"{name} is retracted and its signature stands")
    for name in (documents.keys() | world.chunk_rows.keys()) - world.last.keys():
        yield Finding("twice", f"{name} stands in a table and was never published")
    yield from _words(world)


def _taken(world: World) -> Iterator[Finding]:
    """What a broker acknowledged stands where it said so."""
    there = {(topic, line.place): line.key for topic, lines in world.topics.items() for line in lines}
    for said in world.acknowledged:
        if "refused" in said:
            continue
        place = Place(said["partition"], said["offset"])
        if there.get((said["topic"], place)) != said["key"]:
            yield Finding("lost", f"{said['topic']}{list(place)} was acknowledged for {said['key']} and is not there")
    copies: dict[str, list[Place]] = {}
    acknowledged = {(said["partition"], said["offset"]) for said in world.acknowledged if said["topic"] == DOCUMENTS}
    for line in world.lines(DOCUMENTS):
        if line.place not in acknowledged:
            copies.setdefault(f"{line.key} {line.value!r:.80}", []).append(line.place)
    for what, places in copies.items():
        yield Finding("unacknowledged", f"{len(places)} records that nobody acknowledged: {what}")


def _decided(world: World) -> Iterator[Finding]:
    rows = {
        Place(row["kafka_partition"], row["kafka_offset"]): row
        for row in world.rows("dispositions")
        if row["topic"] == DOCUMENTS
    }
    for place, fate in world.fates.items():
        row = rows.get(place)
        if row is None:
            yield Finding("lost", f"{fate.document_id} at {list(place)} has no disposition")
        elif (row["outcome"], row["document_id"], row["revision"]) != (fate.outcome, fate.document_id, fate.revision):
            decided = f"{row['outcome']} {row['revision']} of {row['document_id']} ({row['reason']})"
            kind = "twice" if row["revision"] > fate.revision else "lost"
            yield Finding(kind, f"{list(place)} must be {fate.outcome} {fate.revision}, and became {decided}")
    for place in rows.keys() - world.fates.keys():
        yield Finding("twice", f"a disposition for {list(place)}, where no document is")


def _cut(world: World) -> Iterator[Finding]:
    """Each revision was sent to be encoded, however often, in one way."""
    told: dict[tuple[str, int], set[tuple[str, ...]]] = {}
    for line in world.lines(CHUNKS):
        said = line.json
        texts = tuple(chunk["text"] for chunk in said["chunks"])
        told.setdefault((said["document_id"], said["revision"]), set()).add(texts)
    for (name, revision), ways in told.items():
        if len(ways) > 1:
            yield Finding("mixed", f"revision {revision} of {name} was cut in {len(ways)} ways")
    for fate in world.fates.values():
        if fate.outcome == "revision" and (fate.document_id, fate.revision) not in told:
            yield Finding("lost", f"revision {fate.revision} of {fate.document_id} was never sent to be encoded")


def _standing(name: str, fate: Fate, row: Mapping[str, Any] | None) -> Iterator[Finding]:
    if row is None:
        yield Finding("lost", f"{name} has no row in documents")
    elif row["revision"] != fate.revision or bool(row["retracted"]) == bool(fate.mark):
        stands = f"revision {row['revision']}, retracted {row['retracted']}"
        yield Finding("lost", f"{name} must stand as revision {fate.revision}, and is {stands}")
    elif fate.mark and fate.mark not in (row["body"] or ""):
        yield Finding("mixed", f"{name} stands as revision {fate.revision} with another text")


def _kept(name: str, fate: Fate, rows: list[Mapping[str, Any]]) -> Iterator[Finding]:
    numbers = sorted(row["revision"] for row in rows)
    if numbers != list(range(1, fate.revision + 1)):
        yield Finding("lost", f"{name} has revisions {numbers} on record, and {fate.revision} were published")


def _found(world: World, name: str, fate: Fate) -> Iterator[Finding]:
    """The last revision is announced, and what searches find is all of it and nothing else."""
    told = [revision for _, revision, _ in world.announced.get(name, ())]
    if max(told, default=0) != fate.revision:
        yield Finding("lost", f"{name}: revision {fate.revision} was published, announced were {sorted(told)}")
    rows = world.chunk_rows.get(name, [])
    revisions = sorted({row["revision"] for row in rows})
    if not fate.mark and rows:
        yield Finding("retracted", f"{name} is retracted, and {len(rows)} chunks of revisions {revisions} stand")
    if not fate.mark:
        return
    if len(revisions) > 1:
        yield Finding("mixed", f"{name} has chunks of revisions {revisions}")
    elif revisions != [fate.revision]:
        yield Finding("lost", f"{name} has chunks of revisions {revisions}, and must have those of {fate.revision}")
    elif sorted(row["position"] for row in rows) != list(range(world.sizes.get((name, fate.revision), 0))):
        yield Finding("mixed", f"{name}: of revision {fate.revision} not all chunks stand")


def _words(world: World) -> Iterator[Finding]:
    """No table that is searched or shown has a word of what was replaced or retracted."""
    for name, rows in world.chunk_rows.items():
        for row in rows:
            yield from _foreign(world, name, f"chunk {row['position']} of {name}", f"{row['title']} {row['body']}")
    for row in world.rows("documents"):
        text = f"{row['description']} {row['body']}"
        yield from _foreign(world, row["document_id"], f"documents' row of {row['document_id']}", text)


def _foreign(world: World, name: str, where: str, text: str) -> Iterator[Finding]:
    for fate in world.marks_in(text):
        if fate != world.last.get(name):
            yield Finding("retracted", f"{where} says {fate.mark}, of revision {fate.revision} of {fate.document_id}")
