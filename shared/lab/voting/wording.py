"""What ratings are, in words."""

from shared.lab.report.phrasing import counted
from shared.statistics.ratings import Ratings


def meaning(ratings: Ratings) -> str:
    """What the numbers are, and what they rest on."""
    return (
        f"Ratings are log-odds, 0 being the average arm, from {counted(ratings.preferences, 'vote')} of "
        f"{counted(ratings.voters, 'voter')} on {counted(ratings.questions, 'question')}; a tie says that two are "
        f"close, and so does both bad ({ratings.both_bad}). Intervals hold for other questions and other voters; none "
        "with fewer than six questions."
    )
