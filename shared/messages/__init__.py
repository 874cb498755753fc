"""Every message that travels on a topic: frozen values, JSON on the wire, one version number each.

Messages that strangers publish (`DocumentPublished`, `Question`, `References`, `Vote`, `TrainingPair`) refuse unknown
fields, so that a misspelt name is reported instead of ignored. Messages between our own services ignore what they do
not know, so that a newer writer does not stop an older reader. Times are aware datetimes in UTC; durations end in
`_ms` or `_s`.
"""

from shared.messages.actions import ActionKind, ActionState, ActionTaken, LetterSpan
from shared.messages.adapters import (
    AdapterAnnounced,
    AdapterKind,
    AdapterState,
    Against,
    Cost,
    GateResult,
    GateVerdict,
    TrainingRun,
)
from shared.messages.answers import AdapterRef, Answer, AnswerStatus
from shared.messages.contests import Arm, ArmTaken, Contest, ContestAnnounced, ContestTaken, Recipe
from shared.messages.conversation import KINDS, QuestionKind, Turn
from shared.messages.encoders import EncoderChoice, EncodersAnnounced
from shared.messages.feedback import Ballot, Choice, PairVotes, References, ReferencesSource, Vote
from shared.messages.form import Form
from shared.messages.losses import RecordsLost
from shared.messages.news import Chunk, DocumentChunked, DocumentIndexed, DocumentPublished, Revision
from shared.messages.pairs import TrainingPair
from shared.messages.presentation import Presentation
from shared.messages.questions import EvidenceFound, EvidenceItem, Filters, Found, Question
from shared.messages.results import Difference, Estimate, Result, ScoredAnswer, Standing
from shared.messages.reviews import Reviewed, ReviewItem
from shared.messages.schema import Identifier, Message, Moment, PublicMessage
from shared.messages.tunings import Snapshot, TuningCause, TuningDecided, TuningState
from shared.messages.verdicts import Comparison, Grade, Outcome, Reply, Verdicts, VerdictsTaken

__all__ = [
    "KINDS",
    "ActionKind",
    "ActionState",
    "ActionTaken",
    "AdapterAnnounced",
    "AdapterKind",
    "AdapterRef",
    "AdapterState",
    "Against",
    "Answer",
    "AnswerStatus",
    "Arm",
    "ArmTaken",
    "Ballot",
    "Choice",
    "Chunk",
    "Comparison",
    "Contest",
    "ContestAnnounced",
    "ContestTaken",
    "Cost",
    "Difference",
    "DocumentChunked",
    "DocumentIndexed",
    "DocumentPublished",
    "EncoderChoice",
    "EncodersAnnounced",
    "Estimate",
    "EvidenceFound",
    "EvidenceItem",
    "Filters",
    "Form",
    "Found",
    "GateResult",
    "GateVerdict",
    "Grade",
    "Identifier",
    "LetterSpan",
    "Message",
    "Moment",
    "Outcome",
    "PairVotes",
    "Presentation",
    "PublicMessage",
    "Question",
    "QuestionKind",
    "Recipe",
    "RecordsLost",
    "References",
    "ReferencesSource",
    "Reply",
    "Result",
    "ReviewItem",
    "Reviewed",
    "Revision",
    "ScoredAnswer",
    "Snapshot",
    "Standing",
    "TrainingPair",
    "TrainingRun",
    "TuningCause",
    "TuningDecided",
    "TuningState",
    "Turn",
    "Verdicts",
    "VerdictsTaken",
    "Vote",
]
