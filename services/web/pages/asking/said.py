"""What an answer says of itself, in words: why there is none, what it cost, and how sure its model was."""

from services.web.pages.words import counted, took
from shared.certainty import probability
from shared.costs import CostSettings, priced
from shared.lab.report.costs import own_ms
from shared.messages import Answer, Cost

LEAST = 0.0001
"""Money that is told; less is told as less."""
FAILED = {
    "no_adapter": "It has no adapter to speak with",
    "deadline": "It was not asked before the deadline",
    "prompt_too_long": "The prompt was too long for its model",
    "special_token": "The prompt had words that its model takes for orders",
    "out_of_memory": "Its model ran out of memory",
    "empty": "Its model said nothing",
    "misconfigured": "Its settings do not allow it",
    "timeout": "Its model took too long",
    "rate_limited": "Its server asks for fewer questions",
    "server_error": "Its server failed",
    "unreachable": "Its server could not be reached",
    "cut": "Its model had not ended when the longest answer was reached",
    "garbled": "What its server sent could not be read",
    "refused": "It was refused",
}


def why(answer: Answer) -> str:
    """Why it declined, failed or was not asked; empty of one that answered."""
    if answer.status == "abstained":
        return _declined(answer)
    kind, reason = FAILED.get(answer.failure_kind or "", ""), answer.failure or ""
    return ": ".join(part for part in (kind, reason) if part)


def _declined(answer: Answer) -> str:
    rule, _, least = answer.abstention.partition("@")
    if not rule:
        return "The model itself said that it does not know."
    if answer.support is None or not least:
        return f"The rule {rule} kept its answer back."
    return f"The rule {rule} kept its answer back: {answer.support:.2f}, where {least} is the least."


def certainty(answer: Answer) -> str:
    """The probability that its model gave it, and how well it stands by its rule; empty where nothing tells."""
    sure = probability(answer)
    parts = [
        f"certainty {100 * sure:.0f} %" if sure is not None else "",
        f"support {answer.support:.2f} of 1" if answer.support is not None and answer.status == "answered" else "",
    ]
    return ", ".join(part for part in parts if part)


def cost(answer: Answer, costs: CostSettings | None) -> str:
    """Time of search and model, tokens, and money where prices are set; empty of one that nobody worked on.

    The model's time is that of the whole batch in which it answered, so that time and money are at most so much.
    """
    tokens = answer.prompt_tokens + answer.completion_tokens
    if not own_ms(answer) and not tokens:
        return ""
    money = _money(priced(own_ms(answer) / 1_000, tokens, costs)) if costs else ""
    read = f"{counted(answer.prompt_tokens, 'token')} read, {answer.completion_tokens:,} said" if tokens else ""
    return ", ".join(part for part in (f"{took(own_ms(answer))} of work", read, money) if part)


def _money(cost: Cost) -> str:
    if cost.money is None:
        return ""
    return f"at most {cost.money:.2g} {cost.currency}" if cost.money >= LEAST else f"under {LEAST} {cost.currency}"
