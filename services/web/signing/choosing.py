"""Which way of signing in the settings ask for."""

from services.web.settings import WebSettings
from services.web.signing.listed import ListedPeople
from services.web.signing.ways import Proxy, Signing, ThisMachine, Token


def way_of(settings: WebSettings) -> Signing:
    """Raises ValueError where the file of people cannot be used."""
    if settings.people is None or settings.sign_in == "off":
        return ThisMachine()
    listed = ListedPeople(settings.people)
    if settings.sign_in == "token":
        return Token(listed, settings.proxy_networks)
    return Proxy(listed, settings.name_header, settings.proxy_networks)
