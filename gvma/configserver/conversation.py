"""One SOAP conversation with Configuration Server; nothing here decides what an object means.

zeep builds the request and carries the credentials. The answer never becomes zeep's objects (19 times slower):
it goes from the connection into our reader as it comes, faults too. Nothing is tried twice, but a query on a
connection that the server had kept, and then did not.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import requests
import urllib3
import zeep
import zeep.exceptions
from lxml import etree
from requests import Response
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

from gvma.configserver.causes import error_of
from gvma.configserver.connection import TOTAL_IN_TIMEOUTS, Deadline, open_session
from gvma.configserver.objects import ConfigObject
from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.reader import CHUNK, inflated, read_answer
from gvma.configserver.reading.soap_fault import on_one_line
from gvma.configserver.xpath import kind_asked
from gvma.errors import (
    ConfigServerError,
    ConfigServerFault,
    ConfigServerMalformed,
    ConfigServerTimeout,
    ConfigServerTruncated,
    CredentialsError,
    SettingsError,
)
from gvma.secrecy import masked_echo
from gvma.settings.model import ConfigServerSettings, Secret

_OUR_WSDL = Path(__file__).with_name("configserver.wsdl")
_MAX_FAULT_BYTES = 1024 * 1024
_CHECK_CREDENTIALS = "Nothing was written. Check username, password and auth in [cfgserver]."
_CHECK_ANSWER = (
    "Nothing was written. Check that url and port in [cfgserver] lead to Configuration Server,"
    " and wsdl, operation and result where its interface is not the packaged one."
)
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class SoapConversation:
    """Queries and answers over one connection, with one zeep client, since a WSDL is parsed anew by each."""

    def __init__(self, settings: ConfigServerSettings) -> None:
        self._settings = settings
        self._url, self._where, url_user, url_password = _endpoint(settings)
        given = settings.username
        self._username = given or url_user
        self._password = settings.password if given else Secret(url_password)
        self._deadline = Deadline()
        self._session = open_session(
            self._deadline,
            verify=settings.tls_verify,
            ca_file=str(settings.ca_file) if settings.ca_file else None,
        )
        self._service: Any = None

    def query(self, xpath: str) -> list[ConfigObject]:
        """As ConfigurationServer.query."""
        timeout = self._settings.timeout
        try:
            with self._deadline.within(timeout * TOTAL_IN_TIMEOUTS), warnings.catch_warnings():
                # tls_verify = no was the administrator's choice; urllib3 would say so at each request.
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
                return self._asked(xpath)
        except (ConfigServerError, CredentialsError) as error:
            raise self._explained(error) from None

    def close(self) -> None:
        """Give back the connection."""
        self._session.close()

    def _asked(self, xpath: str) -> list[ConfigObject]:
        settings = self._settings
        try:
            response = self._sent(xpath)
        except _FAILURES as failure:
            raise error_of(failure, timeout=settings.timeout, reading=False) from None
        with closing(response):
            self._refuse_status(response)
            make = partial(ObjectBuilder, include_disabled=settings.include_disabled, only=kind_asked(xpath))
            escaped = settings.result == "string"
            if response.status_code == requests.codes.ok:
                return read_answer(self._body(response), make, escaped=escaped, masked=self._masked).objects
            # Without a fault in it the status is all that is known.
            with suppress(ConfigServerMalformed, ConfigServerTruncated):
                read_answer(self._body(response), make, max_bytes=_MAX_FAULT_BYTES, masked=self._masked)
            raise ConfigServerFault(f"the server answered with HTTP status {response.status_code}")

    def _sent(self, xpath: str) -> Response:
        """As _send; once more where the server ended the connection of an earlier query instead of answering."""
        if self._service is None:
            self._service = self._make_service()
        opened = self._deadline.opened
        try:
            return self._send(xpath)
        except requests.ConnectionError:
            if not opened or self._deadline.opened != opened or self._deadline.passed:
                raise
            return self._send(xpath)

    def _send(self, xpath: str) -> Response:
        """The answer, of which only the head has been read."""
        settings = self._settings
        try:
            answer = self._service[settings.operation](**{settings.query_parameter: xpath})
        except (AttributeError, TypeError, zeep.exceptions.Error):
            raise SettingsError(
                f"the WSDL has no operation {settings.operation!r} that takes {settings.query_parameter!r}",
                where="[cfgserver] operation, query_parameter",
                hint="Nothing was written. Name an operation of the WSDL and its parameter.",
            ) from None
        except ValueError:
            raise SettingsError(
                "the query holds a character that XML cannot carry",
                where="[cfgserver]",
                hint="Nothing was written. Write the query anew without control characters.",
            ) from None
        assert isinstance(answer, Response)
        return answer

    def _make_service(self) -> Any:
        settings = self._settings
        if settings.ca_file is not None and not settings.ca_file.exists():
            raise SettingsError(
                "there is no such file", where=f"[cfgserver] ca_file = {settings.ca_file}",
                hint="Nothing was written. Name a file of certificates in PEM form.",
            )  # fmt: skip
        auth = None
        if settings.auth == "basic" and self._username:
            auth = HTTPBasicAuth(self._username.encode(), self._password.reveal().encode())
        # The WSDL may lie elsewhere, and the credentials are not for there.
        if _origin(settings.wsdl) == _origin(self._url):
            self._session.auth = auth
        service = self._service_of_wsdl()
        self._session.auth = auth
        return service

    def _service_of_wsdl(self) -> Any:
        settings = self._settings
        token = None
        if settings.auth == "header":
            token = UsernameToken(self._username, self._password.reveal())  # type: ignore[no-untyped-call]
        try:
            client = zeep.Client(  # type: ignore[no-untyped-call]
                settings.wsdl or str(_OUR_WSDL),
                wsse=token,
                transport=_Streaming(self._session, settings.timeout),
                settings=zeep.Settings(raw_response=True, forbid_dtd=True, forbid_external=True),
            )
            return client.create_service(settings.binding, self._url)  # type: ignore[no-untyped-call]
        except requests.RequestException as failure:
            raise self._wsdl_not_had(failure) from None
        except OSError:
            raise self._bad_wsdl("the WSDL file cannot be read") from None
        except (zeep.exceptions.Error, etree.Error, ValueError, KeyError, AttributeError):
            raise self._bad_wsdl(f"no binding {settings.binding} can be had from the WSDL") from None

    def _wsdl_not_had(self, failure: requests.RequestException) -> ConfigServerError:
        """It lies on another server than the one that is asked, perhaps, and that one is to be named."""
        error = error_of(failure, timeout=self._settings.timeout, reading=False)
        if failure.response is not None:
            error = ConfigServerFault(f"the server answered with HTTP status {failure.response.status_code}")
        error.where = _taken_apart(self._settings.wsdl)[1]
        error.hint = "Nothing was written. Check wsdl in [cfgserver]; without it the packaged contract is used."
        return error

    def _bad_wsdl(self, message: str) -> SettingsError:
        wsdl = self._settings.wsdl
        return SettingsError(
            message,
            where=f"[cfgserver] wsdl = {_taken_apart(wsdl)[1]}" if wsdl else "[cfgserver] binding",
            hint="Nothing was written. Leave wsdl and binding out to use the packaged contract.",
        )

    def _body(self, response: Response) -> Iterable[bytes]:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            return inflated(self._received(response))
        if encoding != "identity":
            raise ConfigServerMalformed("the answer has a compression that was not asked for")
        return self._received(response)

    def _received(self, response: Response) -> Iterator[bytes]:
        """The bytes of the body as they come. The deadline passes for an end of the connection, so it is asked."""
        try:
            yield from response.raw.stream(CHUNK, decode_content=False)
        except _FAILURES as failure:
            raise error_of(failure, timeout=self._settings.timeout, reading=True) from None

    def _refuse_status(self, response: Response) -> None:
        if response.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
            raise CredentialsError(f"the credentials were refused (HTTP status {response.status_code})")
        if response.is_redirect or 300 <= response.status_code < 400:
            target = ""
            with suppress(ValueError):
                target = on_one_line(self._masked(_taken_apart(response.headers.get("Location", ""))[1]))[:200]
            raise ConfigServerFault(
                f"the server redirects to {target or 'another place'}, which is not followed",
                hint="Nothing was written. If that is the right place, set url in [cfgserver] to it.",
            )

    def _masked(self, text: str) -> str:
        """What the server said, without the credentials that it was sent and may have echoed."""
        return masked_echo(text, self._username, self._password.reveal())

    def _explained(self, error: ConfigServerError | CredentialsError) -> ConfigServerError | CredentialsError:
        """The same error with its place and what to do."""
        if self._deadline.passed:
            total = self._settings.timeout * TOTAL_IN_TIMEOUTS
            error = ConfigServerTimeout(
                f"the answer was not complete after {total:g} seconds",
                hint="Nothing was written. Check the server's load, or raise timeout in [cfgserver]:"
                f" the whole answer may take {TOTAL_IN_TIMEOUTS} times as long.",
            )
        error.where = error.where or self._where
        credentials = isinstance(error, CredentialsError)
        error.hint = error.hint or (_CHECK_CREDENTIALS if credentials else _CHECK_ANSWER)
        return error


class _Streaming(Transport):
    """zeep's transport, which hands the answer over unread, and logs nothing (zeep would log the password)."""

    def __init__(self, session: requests.Session, timeout: float) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            session=session, timeout=timeout, operation_timeout=timeout
        )

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Response:
        return self.session.post(
            address,
            data=message,
            headers=headers,
            timeout=self.operation_timeout,
            stream=True,
            allow_redirects=False,
        )


def _endpoint(settings: ConfigServerSettings) -> tuple[str, str, str, str]:
    """As _taken_apart; its text is not repeated in the message, for it may hold a password."""
    try:
        taken_apart = _taken_apart(settings.endpoint)
        parts = urlsplit(settings.endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "this is no http or https URL",
            where="[cfgserver] url" if settings.url else "[cfgserver] host, port",
            hint="Nothing was written. Write it as http://host:port/, or set host and port alone.",
        )
    return taken_apart


def _taken_apart(url: str) -> tuple[str, str, str, str]:
    """The URL without credentials, the same without its query for messages, and the user and password in it.

    Raises ValueError where the text is no URL.
    """
    parts = urlsplit(url)
    bare = SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, "")
    shown = bare._replace(query="").geturl()
    return bare.geturl(), shown, unquote(parts.username or ""), unquote(parts.password or "")


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port
