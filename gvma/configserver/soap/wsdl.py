"""The service that a WSDL describes, made by zeep; and what its answer is called.

The documents are read within limits of size, number and time: a WSDL of another server is input like any other.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

from gvma.configserver.reading.reader import AnswerName
from gvma.configserver.reading.soap_fault import on_one_line
from gvma.configserver.regular_file import NotAFileError, open_regular
from gvma.configserver.soap.body import body_of
from gvma.configserver.soap.causes import error_of
from gvma.configserver.soap.connection import FAILURES, OK, Deadline, Response, Session
from gvma.errors import (
    ConfigServerError,
    ConfigServerFault,
    ConfigServerHostile,
    ConfigServerTimeout,
    ConfigServerTooLarge,
    SettingsError,
)
from gvma.settings.model import ConfigServerSettings

MAX_BYTES = 4_000_000
MAX_DOCUMENTS = 100
_PACKAGED = Path(__file__).with_name("configserver.wsdl")
_WITHOUT = "Nothing was written. Check wsdl in [cfgserver]; without it the packaged contract is used."


class WsdlService(NamedTuple):
    """proxy: zeep's, with a method for each operation. answer: what the answer of the operation is called."""

    settings: ConfigServerSettings
    proxy: Any
    answer: AnswerName | None

    def ask(self, xpath: str) -> Response:
        """The answer to a query; only its HTTP head has been read.

        Raises SettingsError where the WSDL has no such operation, ValueError where ``xpath`` cannot stand in XML, and
        one of FAILURES.
        """
        settings = self.settings
        try:
            answer = self.proxy[settings.operation](**{settings.query_parameter: xpath})
        except (AttributeError, TypeError, zeep.exceptions.Error):
            raise SettingsError(
                f"the WSDL has no operation {settings.operation!r} that takes {settings.query_parameter!r}",
                where="[cfgserver] operation, query_parameter",
                hint="Nothing was written. Name an operation of the WSDL and its parameter.",
            ) from None
        assert isinstance(answer, Response)
        return answer


def open_service(
    settings: ConfigServerSettings,
    url: str,
    session: Session,
    deadline: Deadline,
    token: UsernameToken | None = None,
) -> WsdlService:
    """The service of ``settings.wsdl``, or of the packaged WSDL, at ``url``.

    token: of WS-Security, for the SOAP header.

    Raises SettingsError where the WSDL has no such binding or its file cannot be read, and a ConfigServerError where
    it cannot be fetched or goes beyond a limit.
    """
    transport = _BoundedTransport(session, deadline, settings)
    try:
        client = zeep.Client(  # type: ignore[no-untyped-call]
            settings.wsdl or str(_PACKAGED),
            wsse=token,
            transport=transport,
            # force_https would turn an import of a file into one from a server without a name.
            settings=zeep.Settings(raw_response=True, forbid_dtd=True, forbid_external=True, force_https=False),
        )
        proxy = client.create_service(settings.binding, url)  # type: ignore[no-untyped-call]
    except OSError:
        raise _bad_wsdl(settings, "the WSDL file cannot be read") from None
    except (zeep.exceptions.Error, etree.Error, ValueError, KeyError, AttributeError):
        raise _bad_wsdl(settings, f"the WSDL has no usable binding {settings.binding}") from None
    return WsdlService(settings, proxy, _answer_name(proxy, settings.operation))


def shown(url: str) -> str:
    """A URL or path for a message: without credentials and without a query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


class _BoundedTransport(Transport):
    """zeep's transport with limits. It returns an answer unread and logs nothing (zeep would log the password)."""

    def __init__(self, session: Session, deadline: Deadline, settings: ConfigServerSettings) -> None:
        super().__init__(timeout=settings.timeout)  # type: ignore[no-untyped-call]
        self._connection = session
        self._deadline = deadline
        self._timeout = settings.timeout
        self._wsdl = settings.wsdl
        self._documents = 0
        self._left = MAX_BYTES

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Response:
        return self._connection.post(address, message, headers)

    def load(self, url: str) -> bytes:
        """The WSDL, or a document that it imports."""
        self._documents += 1
        if self._documents > MAX_DOCUMENTS:
            raise self._refused(ConfigServerTooLarge(f"the WSDL imports more than {MAX_DOCUMENTS} documents"))
        parts = urlsplit(url)
        if parts.scheme in ("http", "https"):
            content = self._fetched(url)
        elif urlsplit(self._wsdl).scheme in ("http", "https"):
            place = on_one_line(shown(url))[:200]
            raise self._refused(ConfigServerHostile(f"the WSDL of another server imports a file of this host: {place}"))
        else:
            content = self._read(Path(unquote(parts.path)) if parts.scheme == "file" else Path(url).expanduser())
        self._left -= len(content)
        return content

    def _fetched(self, url: str) -> bytes:
        try:
            response = self._connection.get(url)
        except FAILURES as failure:
            raise self._refused(error_of(failure, timeout=self._timeout, reading=False)) from None
        with closing(response):
            if response.status != OK:
                raise self._refused(ConfigServerFault(f"the server answered with HTTP status {response.status}"))
            content = bytearray()
            try:
                for piece in body_of(response, self._timeout):
                    content += piece
                    self._check_size(len(content))
            except ConfigServerError as error:
                raise self._refused(error) from None
        if self._deadline.passed:  # it has ended the connection, which may look like the end of the document
            raise self._refused(ConfigServerTimeout("the WSDL was not complete in time"))
        return bytes(content)

    def _read(self, path: Path) -> bytes:
        try:
            with open_regular(path) as file:
                content = file.read(self._left + 1)
        except NotAFileError:
            raise self._refused(ConfigServerHostile(f"what the WSDL leads to is not a file: {path}")) from None
        self._check_size(len(content))
        return content

    def _check_size(self, size: int) -> None:
        if size > self._left:
            raise self._refused(
                ConfigServerTooLarge(f"the WSDL and what it imports are larger than {MAX_BYTES // 1_000_000} MB")
            )

    def _refused(self, error: ConfigServerError) -> ConfigServerError:
        """The same error with the WSDL's own place, which may be another server's than Configuration Server's."""
        error.where = shown(self._wsdl)
        error.hint = _WITHOUT
        return error


def _answer_name(proxy: Any, operation: str) -> AnswerName | None:
    """What the WSDL says the answer of an operation is called; None where it says nothing, or has no such operation.

    Source: WSDL 1.1 section 3.5: document style names the element; rpc style has, by convention, the operation's name
    with ``Response``.
    """
    try:
        found = proxy._binding.get(operation)
    except ValueError:
        return None
    if found.style == "rpc":
        return AnswerName(f"{operation}Response", by_convention=True)
    parts = list(found.output.abstract.parts.values()) if found.output is not None else []
    if len(parts) != 1 or parts[0].element is None:
        return None
    return AnswerName(parts[0].element.qname.localname)


def _bad_wsdl(settings: ConfigServerSettings, message: str) -> SettingsError:
    return SettingsError(
        message,
        where=f"[cfgserver] wsdl = {shown(settings.wsdl)}" if settings.wsdl else "[cfgserver] binding",
        hint="Nothing was written. Leave wsdl and binding out to use the packaged contract.",
    )
