"""One SOAP conversation with Configuration Server; nothing here decides what an object means.

The request is that of the packaged contract, or zeep builds it from another WSDL. The answer does not become zeep's
objects (19 times slower): it goes straight from the connection into our reader, faults too. A query is sent again only
if the server closed a connection that it had kept open after the query before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from gvma.configserver.objects import ConfigObject, Store
from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.reader import MAX_BYTES, AnswerName, read_answer
from gvma.configserver.reading.soap_fault import on_one_line
from gvma.configserver.regular_file import NotAFileError, open_regular
from gvma.configserver.soap import contract
from gvma.configserver.soap.body import body_of
from gvma.configserver.soap.causes import error_of
from gvma.configserver.soap.connection import FAILURES, OK, TOTAL_IN_TIMEOUTS, Deadline, Response, Session
from gvma.configserver.xpath import kind_asked
from gvma.errors import (
    ConfigServerError,
    ConfigServerFault,
    ConfigServerMalformed,
    ConfigServerTimeout,
    ConfigServerTooLarge,
    ConfigServerTruncated,
    CredentialsError,
    SettingsError,
)
from gvma.secrecy import masked_echo
from gvma.settings.model import ConfigServerSettings, Secret

_MAX_FAULT_BYTES = 1024 * 1024
_CHECK_CREDENTIALS = "Nothing was written. Check username, password and auth in [cfgserver]."
_CHECK_ANSWER = (
    "Nothing was written. Check that url and port in [cfgserver] lead to Configuration Server,"
    " and wsdl, operation and result where its interface is not the packaged one."
)


class _Service(Protocol):
    """What can be asked. answer: what the element in the SOAP body of its answer is called."""

    @property
    def answer(self) -> AnswerName | None: ...

    def ask(self, xpath: str) -> Response:
        """The answer to a query; only its HTTP head has been read."""


class _PackagedService(NamedTuple):
    """Our own contract, without a WSDL to read."""

    session: Session
    url: str
    answer: AnswerName = contract.ANSWER

    def ask(self, xpath: str) -> Response:
        return self.session.post(self.url, contract.envelope(xpath), contract.HEADERS)


class SoapConversation:
    """Queries and answers over one connection, with one service, because zeep parses a WSDL anew each time."""

    def __init__(self, settings: ConfigServerSettings) -> None:
        self._settings = settings
        self._url, self._where, url_user, url_password = _endpoint(settings)
        given = settings.username
        self._username = given or url_user
        self._password = settings.password if given else Secret(url_password)
        self._deadline = Deadline()
        self._session = Session(
            self._deadline,
            verify=settings.tls_verify,
            ca_file=str(settings.ca_file) if settings.ca_file else None,
            timeout=settings.timeout,
        )
        self._service: _Service | None = None

    def query(self, xpath: str) -> list[ConfigObject]:
        """As ConfigurationServer.query."""
        with self._in_time(), self._body(xpath) as body:
            return self._objects(body, xpath)

    def receive(self, xpath: str, store: Store) -> Callable[[], list[ConfigObject]]:
        """As ConfigurationServer.receive."""
        with self._in_time(), self._body(xpath) as body:
            store.fill(_not_too_large(body))

        def read() -> list[ConfigObject]:
            with self._named():
                return self._objects(store.chunks(), xpath)

        return read

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Ends the connection where all of the block takes too long, and gives its failures their place."""
        total = self._settings.timeout * TOTAL_IN_TIMEOUTS
        with self._named(), self._deadline.within(total):
            yield

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except (ConfigServerError, CredentialsError) as error:
            raise self._with_place_and_hint(error) from None

    @contextmanager
    def _body(self, xpath: str) -> Iterator[Iterator[bytes]]:
        """The body of the answer. Raises what was answered in its place."""
        settings = self._settings
        service = self._service = self._service or self._make_service()
        try:
            response = self._send_on_open_connection(service, xpath)
        except FAILURES as failure:
            raise error_of(failure, timeout=settings.timeout, reading=False) from None
        with closing(response):
            self._refuse_status(response)
            body = body_of(response, settings.timeout)
            if response.status == OK:
                yield body
                return
            # If there is no fault in the body, only the status is known.
            with suppress(ConfigServerMalformed, ConfigServerTruncated):
                read_answer(body, max_bytes=_MAX_FAULT_BYTES, masked=self._masked)
            raise ConfigServerFault(f"the server answered with HTTP status {response.status}")

    def _objects(self, body: Iterable[bytes], xpath: str) -> list[ConfigObject]:
        settings = self._settings
        make = partial(ObjectBuilder, include_disabled=settings.include_disabled, only=kind_asked(xpath))
        answer = self._service.answer if self._service is not None else None
        escaped = settings.result == "string"
        return read_answer(body, make, answer=answer, escaped=escaped, masked=self._masked).take()

    def _send_on_open_connection(self, service: _Service, xpath: str) -> Response:
        """As _send; once more if the server closed the connection of the query before instead of answering."""
        opened = self._deadline.opened
        try:
            return self._send(service, xpath)
        except ConnectionError:
            if not opened or self._deadline.opened != opened or self._deadline.passed:
                raise
            return self._send(service, xpath)

    def _send(self, service: _Service, xpath: str) -> Response:
        """The answer; only its HTTP head has been read."""
        try:
            return service.ask(xpath)
        except OSError:  # that of a certificate is a ValueError too
            raise
        except ValueError:
            raise SettingsError(
                "the query contains a character that is not allowed in XML",
                where="[cfgserver]",
                hint="Nothing was written. Write the query without control characters.",
            ) from None

    def _make_service(self) -> _Service:
        settings = self._settings
        if settings.ca_file is not None:
            _refuse_unreadable(settings.ca_file)
        if settings.auth == "basic" and self._username:
            self._session.log_in(self._url, self._username, self._password.reveal())
        if contract.is_spoken(settings):
            return _PackagedService(self._session, self._url)
        # zeep and lxml take their time.
        from zeep.wsse.username import UsernameToken  # noqa: PLC0415

        from gvma.configserver.soap.wsdl import open_service  # noqa: PLC0415

        token = None
        if settings.auth == "header":
            token = UsernameToken(self._username, self._password.reveal())  # type: ignore[no-untyped-call]
        return open_service(settings, self._url, self._session, self._deadline, token)

    def _refuse_status(self, response: Response) -> None:
        if response.status in (401, 403):
            raise CredentialsError(f"the credentials were refused (HTTP status {response.status})")
        if 300 <= response.status < 400:
            target = ""
            with suppress(ValueError):
                target = on_one_line(self._masked(_split_url(response.headers.get("Location", ""))[1]))[:200]
            raise ConfigServerFault(
                f"the server redirects to {target or 'another place'}, which is not followed",
                hint="Nothing was written. If that is the right place, set url in [cfgserver] to it.",
            )

    def _masked(self, text: str) -> str:
        """A text of the server without our credentials, which it may have echoed."""
        return masked_echo(text, self._username, self._password.reveal())

    def _with_place_and_hint(self, error: ConfigServerError | CredentialsError) -> ConfigServerError | CredentialsError:
        """The same error with its place and what to do."""
        if self._deadline.passed:
            total = self._settings.timeout * TOTAL_IN_TIMEOUTS
            error = ConfigServerTimeout(
                f"the answer was not complete after {total:g} seconds",
                where=error.where,
                hint="Nothing was written. Check the server's load, or raise timeout in [cfgserver]:"
                f" the whole answer may take {TOTAL_IN_TIMEOUTS} times as long.",
            )
        error.where = error.where or self._where
        credentials = isinstance(error, CredentialsError)
        error.hint = error.hint or (_CHECK_CREDENTIALS if credentials else _CHECK_ANSWER)
        return error


def _refuse_unreadable(ca_file: Path) -> None:
    try:
        open_regular(ca_file).close()
    except OSError as error:
        reason = "it is not a regular file" if isinstance(error, NotAFileError) else error.strerror or str(error)
        raise SettingsError(
            f"the certificates cannot be read: {reason}",
            where=f"[cfgserver] ca_file = {ca_file}",
            hint="Nothing was written. Name a file of certificates in PEM form that this account may read.",
        ) from None


def _not_too_large(body: Iterable[bytes]) -> Iterator[bytes]:
    """The body, as far as a reader would take it."""
    received = 0
    for chunk in body:
        received += len(chunk)
        if received > MAX_BYTES:
            raise ConfigServerTooLarge(f"the answer is larger than {MAX_BYTES} bytes")
        yield chunk


def _endpoint(settings: ConfigServerSettings) -> tuple[str, str, str, str]:
    """As _split_url of the settings. The error does not show the URL, which may contain a password."""
    try:
        parts_of_url = _split_url(settings.endpoint)
        parts = urlsplit(settings.endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "this is not an http or https URL",
            where="[cfgserver] url" if settings.url else "[cfgserver] host, port",
            hint="Nothing was written. Write it as http://host:port/, or set host and port alone.",
        )
    return parts_of_url


def _split_url(url: str) -> tuple[str, str, str, str]:
    """The URL without credentials, the same without its query (for messages), and the user and password in it.

    Raises ValueError if the text is not a URL.
    """
    parts = urlsplit(url)
    bare = SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, "")
    shown = bare._replace(query="").geturl()
    return bare.geturl(), shown, unquote(parts.username or ""), unquote(parts.password or "")
