"""What goes wrong with the local platform, said so that a person can act on it. Every error here is one of these."""


class PlatformError(Exception):
    """The local platform cannot do what was asked; the message says why and what to do."""


class StartError(PlatformError):
    """A program ended, or did not become ready in time; the message names its log and quotes the end of it."""
