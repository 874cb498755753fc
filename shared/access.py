"""What a server that we depend on does not do for us: answer, let us in, have what we need, or let us use it."""

FAILOVER_S = 60.0
"""How long one waits for others to take over from a server that is away: on a busy machine three brokers took 36 s."""
GRANT = "an administrator grants it with `tiltyard grants --apply`"


class UnreachableError(ConnectionError):
    """A server that we depend on did not answer in time."""


class MissingTopicError(RuntimeError):
    """The topics have not been made yet."""


class RefusedError(RuntimeError):
    """A server does not let us in, or not do what we need. The message says what to set or to grant."""
