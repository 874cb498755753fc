"""Standings count each final result once, and the audit comes to the same numbers as whoever counts by hand."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bench.cluster.verifying.questions import grouped, newest
from bench.cluster.verifying.world import DOCUMENTS, QUESTIONS, RESULTS, STANDINGS, Finding, World

STATES = ("failed", "missing", "abstained")


def findings(world: World) -> Iterator[Finding]:
    """What is wrong with the standings, and with what the audit says."""
    yield from _standings(world)
    yield from _audit(world)


def _standings(world: World) -> Iterator[Finding]:
    counted, states = _by_hand(world)
    told = {line.key: line.json for line in world.lines(STANDINGS) if line.json and line.json["slice"] == "all"}
    for contest, arms in counted.items():
        standing = told.get(f"{contest}/all")
        if standing is None:
            yield Finding("lost", f"no standing of {contest}")
            continue
        for arm, n in arms.items():
            for state in STATES:
                yield from _same(
                    f"{contest} {arm} {state}", standing["arms"].get(arm, {}).get(state), n, states[arm, state]
                )


def _same(what: str, estimate: Mapping[str, Any] | None, n: int, of_state: int) -> Iterator[Finding]:
    said = (estimate["n"], round(estimate["mean"] * estimate["n"])) if estimate else (0, 0)
    if said != (n, of_state):
        kind = "twice" if said > (n, of_state) else "lost"
        yield Finding(kind, f"standing {what}: counts {said[1]} of {said[0]}, and it is {of_state} of {n}")


def _by_hand(world: World) -> tuple[Mapping[str, Counter[str]], Counter[tuple[str, str]]]:
    """Contest -> arm -> questions, and how many of an arm's answers are of each state."""
    counted: dict[str, Counter[str]] = {}
    states: Counter[tuple[str, str]] = Counter()
    for lines in grouped(world.lines(RESULTS)).values():
        result = newest(lines)
        contest = f"{result['contest']['name']}@{result['contest']['digest']}"
        became = {arm: scored["answer"]["status"] for arm, scored in result["answers"].items()}
        became |= dict.fromkeys(result["missing"], "missing")
        for arm, state in became.items():
            if state != "skipped":
                counted.setdefault(contest, Counter())[arm] += 1
                states[arm, state] += 1
    return counted, states


def _audit(world: World) -> Iterator[Finding]:
    if not world.audit:
        return
    for said in world.audit["unaccounted"]:
        yield Finding("audit", f"not accounted for: {said}")
    fates = Counter(fate.outcome for fate in world.fates.values())
    asked = {line.key for line in world.lines(QUESTIONS) if line.json}
    poison = {topic: sum(line.json is None for line in world.lines(topic)) for topic in (DOCUMENTS, QUESTIONS)}
    by_hand = {
        "documents_in": len(world.lines(DOCUMENTS)), "revisions_indexed": fates["revision"],
        "documents_dropped": fates["dropped"], "documents_dead": poison[DOCUMENTS],
        "questions_in": len(asked) + poison[QUESTIONS], "questions_dead": poison[QUESTIONS],
        "results_out": len(asked & grouped(world.lines(RESULTS)).keys()),
    }  # fmt: skip
    for name, number in by_hand.items():
        if world.audit[name] != number:
            yield Finding("audit", f"the audit says {name} {world.audit[name]}, and it is {number}")
