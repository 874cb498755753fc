"""Dead letters are there for what was sent to die, and for nothing else."""

from collections.abc import Iterator, Mapping

from bench.cluster.verifying.world import Finding, World

DEAD = ".dead"


def findings(world: World) -> Iterator[Finding]:
    """Letters that nobody meant, and poison that was not buried."""
    meant = {(said["topic"], said["partition"], said["offset"]) for said in world.acknowledged
             if said["what"] == "poison" and "refused" not in said}  # fmt: skip
    buried = set()
    for topic, lines in world.topics.items():
        for line in lines if topic.endswith(DEAD) else ():
            origin = _origin(line.headers)
            buried.add(origin)
            if origin not in meant:
                reason = line.headers.get("dead-reason", "")
                yield Finding("letters", f"{topic}{list(line.place)} buries {origin}, a good record: {reason}")
    for origin in sorted(meant - buried):
        yield Finding("letters", f"{origin} is no message, and was not buried")


def _origin(headers: Mapping[str, str]) -> tuple[str, int, int]:
    """The record that a letter says it was; no record where it does not say it."""
    return headers.get("dead-topic", ""), int(headers.get("dead-partition", -1)), int(headers.get("dead-offset", -1))
