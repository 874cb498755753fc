"""Who looks at a page: what they may do, and which documents with labels they may see."""

from collections.abc import Collection
from dataclasses import dataclass

from shared.messages import Answer, Question, Result
from shared.people import ROLES, Role
from shared.restriction import guarding

DOES: dict[Role, str] = {
    "reader": "look at all pages",
    "voter": "ask, and vote",
    "reviewer": "review answers and made questions, and say which answers are accepted",
    "operator": "publish documents, send dead letters again, change adapters and contests",
}


class NotAllowedError(ValueError):
    """Somebody who may look, and may not do this."""


@dataclass(frozen=True)
class Person:
    """`name`: as records that they publish have it. `voter`: the pseudonym on votes. `labels`: of what they may see.

    `is_new`: nobody who has not been here before can be told apart from others; limits count them as one.
    """

    name: str
    voter: str
    role: Role
    labels: tuple[str, ...] = ()
    is_new: bool = False

    def may(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)

    @property
    def alike(self) -> "Person":
        """Anybody who may do and see the same, without a name."""
        return Person("", "", self.role, tuple(sorted({*self.labels})))

    def require(self, role: Role) -> None:
        """Raises NotAllowedError for whoever has a lower role."""
        if not self.may(role):
            raise NotAllowedError(
                f"{self.name} signed in as {self.role}; to {DOES[role]} takes the role {role}: "
                "ask whoever runs the pages"
            )

    def may_see(self, labels: Collection[str]) -> bool:
        """Whether a document with these labels is for them: one of the labels is enough."""
        return not guarding(labels) or any(label in self.labels for label in labels)

    def may_see_all(self, labels: Collection[str]) -> bool:
        """Whether everything that these labels open is for them: they must have each one that guards."""
        return all(not guarding([label]) or label in self.labels for label in labels)

    def may_see_question(self, question: Question) -> bool:
        """Whether everything that the question's labels open is for them."""
        return self.may_see_all(question.labels)

    def may_see_answer(self, answer: Answer) -> bool:
        """Whether every passage that it was made from is for them."""
        return all(map(self.may_see, answer.evidence_labels))

    def may_see_result(self, result: Result) -> bool:
        """Whether the question and all answers are for them."""
        answers = (scored.answer for scored in result.answers.values())
        return self.may_see_question(result.question) and all(map(self.may_see_answer, answers))
