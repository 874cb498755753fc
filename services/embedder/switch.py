"""From one encoder to the next: what is announced, which step may follow, and the way from filling to dropping."""

from collections.abc import Callable, Collection, Mapping

from services.embedder.comparison import compare
from services.embedder.handler import Now
from services.embedder.migration import Migration
from shared import encoding
from shared.jobs.reindex import EncoderComparison, EncodersCompared, EncoderSwitched, K
from shared.messages import EncoderChoice, EncodersAnnounced
from shared.settings import EncoderSettings

Make = Callable[[EncoderChoice, EncoderChoice], Migration]
OF_CHOICE = {"variant", "model", "precision", "dimensions"}


class EncoderSwitch:
    """What is announced of encoders; every step is published before it counts. Where nothing is, settings say it."""

    def __init__(
        self,
        announced: Mapping[str, EncodersAnnounced],
        configured: EncoderSettings,
        publish: Callable[[EncodersAnnounced], None],
        now: Now,
    ) -> None:
        self._publish = publish
        self._now = now
        standing = encoding.standing(announced)
        serving = encoding.choice_of(configured)
        self.state = standing or EncodersAnnounced(serving=serving, announced_at=now())

    def refuse(self, target: EncoderChoice, table_of: Callable[[str], str]) -> None:
        """Raises ValueError where a migration to this encoder cannot begin or go on."""
        serving, beside, leaving = self.state.serving, self.state.beside, self.state.leaving
        if target.name == serving.name and target.model_dump(include=OF_CHOICE) != serving.model_dump(
            include=OF_CHOICE
        ):
            raise ValueError(
                f"two encoders are called {target.name}: their vectors would mix. Rename the new one's folder"
            )
        if target.name != serving.name and table_of(target.name) == table_of(serving.name):
            raise ValueError(f"{target.name} would share a table with {serving.name}. Rename the new one's folder.")
        if target.name != serving.name and beside is not None and beside.name != target.name:
            raise ValueError(f"{beside.name} is kept beside {serving.name}: `tiltyard reindex --drop-old` removes it.")
        if leaving is not None and target.name != serving.name:
            raise ValueError(f"{leaving.name} is being dropped: run `tiltyard reindex --drop-old` to its end first.")

    def believe(self, encoders: Collection[str]) -> None:
        """Raises ValueError where no document was stored for what is taken to serve: these are another's settings."""
        if encoders and self.state.serving.name not in encoders:
            raise ValueError(
                f"documents are stored for {', '.join(sorted(encoders))}, settings here say {self.state.serving.name}: "
                f"set TILTYARD_ENCODER_ as the services have it and name the new encoder by options."
            )

    def fill(self, target: EncoderChoice) -> None:
        """From now on embedder writes for this encoder too."""
        if self.state.beside != target:
            self._say(serving=self.state.serving, beside=target)

    def serve(self, target: EncoderChoice) -> None:
        """From now on questions are asked with this encoder; the one before is kept up."""
        self._say(serving=target, beside=self.state.serving)

    def leave(self) -> EncoderChoice:
        """From now on only the serving encoder is written for; returns the other. Raises ValueError without one."""
        other = self.state.beside or self.state.leaving
        if other is None:
            raise ValueError(f"there is no encoder beside {self.state.serving.name}: nothing to drop")
        if self.state.leaving != other:
            self._say(serving=self.state.serving, leaving=other)
        return other

    def gone(self) -> None:
        """The other one's table is no longer there."""
        self._say(serving=self.state.serving)

    def _say(
        self, *, serving: EncoderChoice, beside: EncoderChoice | None = None, leaving: EncoderChoice | None = None
    ) -> None:
        announcement = EncodersAnnounced(serving=serving, beside=beside, leaving=leaving, announced_at=self._now())
        self._publish(announcement)
        self.state = announcement


def migrate(
    switch: EncoderSwitch,
    target: EncoderChoice,
    make: Make,
    *,
    make_table: Callable[[EncoderChoice], None],
    permitted_loss: float,
    stay: bool = False,
) -> bool:
    """Check, fill, compare, switch; with `stay`, without the switch. Returns whether embedder kept up with it.

    Where the encoder serves already, what its table lacks is filled from the one beside it. Raises ValueError where a
    passage is longer than the encoder reads, where it cannot encode a document, and where it finds too much less.
    """
    if target.name == switch.state.serving.name:
        return switch.state.beside is None or make(switch.state.beside, target).settle()
    migration = make(switch.state.serving, target)
    migration.check()
    make_table(target)
    switch.fill(target)
    migration.fill()
    reached = migration.settle()
    refuse_gaps(migration)
    comparison = compare(migration.old, migration.new, migration.standing())
    migration.say(EncodersCompared(comparison=comparison))
    if stay:
        return reached
    refuse_loss(comparison, permitted_loss)
    switch.serve(target)
    migration.say(EncoderSwitched(serving=target.name))
    return migration.settle()


def refuse_gaps(migration: Migration) -> None:
    """Raises ValueError where the new encoder gave some document no vector that can be searched."""
    if migration.refused:
        raise ValueError(f"not switched: {migration.new.encoder.name} cannot encode {', '.join(migration.refused[:5])}")


def refuse_loss(comparison: EncoderComparison, permitted: float) -> None:
    """Raises ValueError where titles find their documents less often than before, by more than is permitted."""
    own = comparison.own_document
    if own.old is not None and own.new is not None and own.old - own.new > permitted:
        raise ValueError(
            f"not switched: {own.new:.2f} of {comparison.queries} titles find their own document among {K} chunks, "
            f"{own.old:.2f} did before. --permitted-loss says how much less is enough."
        )


def drop(switch: EncoderSwitch, *, drop_table: Callable[[str], None], settle: Callable[[], None]) -> EncoderChoice:
    """Stop writing for the encoder that does not serve, then remove its table."""
    other = switch.leave()
    settle()
    drop_table(other.name)
    switch.gone()
    return other
