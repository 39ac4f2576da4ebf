"""The request of the packaged contract is what zeep builds from the packaged WSDL."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gvma.configserver.soap import contract, wsdl
from gvma.configserver.soap.connection import Deadline, Session
from gvma.settings.model import ConfigServerSettings

URL = "http://127.0.0.1:8080/"


class _Sent(Exception):
    """Stops a request where it would be sent."""


@pytest.fixture(scope="module")
def service() -> wsdl.WsdlService:
    deadline = Deadline()
    session = Session(deadline, verify=True, ca_file=None, timeout=1.0)
    return wsdl.open_service(ConfigServerSettings(), URL, session, deadline)


def zeeps_request(service: wsdl.WsdlService, xpath: str) -> tuple[str, bytes, dict[str, str]] | None:
    """Address, body and headers; None where zeep refuses the query."""
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    def stop(_session: Session, url: str, body: bytes, headers: dict[str, str]) -> None:
        sent.append((url, body, headers))
        raise _Sent

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "post", stop)
        try:
            service.ask(xpath)
        except _Sent:
            return sent[0]
        except ValueError:
            return None
    raise AssertionError("neither sent nor refused")


def ours(xpath: str) -> tuple[str, bytes, dict[str, str]] | None:
    try:
        return URL, contract.envelope(xpath), contract.HEADERS
    except ValueError:
        return None


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
def test_any_query_is_sent_or_refused_as_zeep_does_it(service: wsdl.WsdlService, xpath: str) -> None:
    assert ours(xpath) == zeeps_request(service, xpath)


@pytest.mark.parametrize(
    "xpath", ["CfgDN[@name='&<>\"']", "a\r\nb\tc", "ü€😀", "\x00", "\x1f", "\x7f", "\ufffe", "\ud800"]
)
def test_a_query_with_odd_characters_is_sent_or_refused_as_zeep_does_it(service: wsdl.WsdlService, xpath: str) -> None:
    assert ours(xpath) == zeeps_request(service, xpath)


def test_the_answer_is_called_what_the_wsdl_calls_it(service: wsdl.WsdlService) -> None:
    assert service.answer == contract.ANSWER


@pytest.mark.parametrize(
    "asked",
    [
        ConfigServerSettings(wsdl="http://127.0.0.1/other?wsdl"),
        ConfigServerSettings(binding="{urn:other}Soap"),
        ConfigServerSettings(operation="Ask"),
        ConfigServerSettings(query_parameter="path"),
        ConfigServerSettings(auth="header"),
    ],
)
def test_whoever_asks_for_more_than_the_packaged_contract_gets_zeep(asked: ConfigServerSettings) -> None:
    assert contract.is_spoken(ConfigServerSettings())
    assert not contract.is_spoken(asked)
