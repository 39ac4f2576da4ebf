"""One AMI connection: open it, log in, send actions, and wait for each answer within a time limit.

Synchronous: panoramisk runs behind it on an event loop of its own. Whatever is not a complete answer is an
error, and no error contains a secret. This file does not decide what to ask or what an answer means.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any, TypeVar

from panoramisk.message import Message

from gvma.ami.answers import Listing, permission_denied, said
from gvma.ami.connection import wire
from gvma.ami.connection.reaching import unreachable
from gvma.errors import (
    AmiAccountInUseError,
    AsteriskRefusedError,
    AsteriskUnreachableError,
    CredentialsError,
    SettingsError,
)
from gvma.settings.model import GvmaSettings

_T = TypeVar("_T")
# Where one action is sent for each of many names: actions that wait for their answer at the same time.
_PIPELINE = 200
_CLOSE_SECONDS = 1.0
_IN_USE = "Login Already In Use"
_CERTIFICATE = "Set asterisk_cm_ca_file to its issuer's certificate, and asterisk_cm_host to a name in the certificate."


class AmiConversation:
    """One connection and one login, by the settings ``asterisk_cm_*``. reached: the connection; it is closed here."""

    def __init__(self, settings: GvmaSettings, reached: socket.socket) -> None:
        self._settings = settings
        self._reached = reached
        self.where = str(settings.ami_address)
        self._runner = asyncio.Runner()
        self._connection: wire.OneConnection | None = None

    def open(self) -> None:
        """Begin TLS where it is wanted, and log in."""
        self._runner.run(self._open())

    def close(self) -> None:
        """Log off and close. Raises nothing, whatever the other side does; a second call does nothing."""
        if self._connection is not None:
            self._runner.run(self._close(self._connection))
            self._connection = None
        self._runner.close()
        self._reached.close()

    def ask(self, name: str, fields: Mapping[str, str], limit: float | None = None) -> Message:
        """The response to one action, Success or Error. limit: seconds, by default ``asterisk_cm_timeout``."""

        async def exchange() -> Message:
            return await self._within(self._open_connection().ask(wire.action(name, dict(fields))), name, limit)

        return self._permitted(name, self._runner.run(exchange()))

    def ask_each(self, name: str, key: str, values: Sequence[str]) -> list[Message]:
        """The responses to one action for each of many values of one field, in their order."""

        async def exchange() -> list[Message]:
            connection = self._open_connection()
            answers = []
            for start in range(0, len(values), _PIPELINE):
                sent = [connection.ask(wire.action(name, {key: value})) for value in values[start : start + _PIPELINE]]
                answers += [await self._within(one, name) for one in sent]
            return answers

        return [self._permitted(name, response) for response in self._runner.run(exchange())]

    def ask_list(self, listing: Listing) -> list[dict[str, str]]:
        """The entries of a list; the list is complete."""
        return self.ask_lists(listing, [{}])[0]

    def ask_lists(self, listing: Listing, questions: Sequence[Mapping[str, str]]) -> list[list[dict[str, str]]]:
        """As ``ask_list``, once for each question. questions: the fields of each action; answers in their order."""
        return self._runner.run(self._lists(listing, questions))

    async def _lists(self, listing: Listing, questions: Sequence[Mapping[str, str]]) -> list[list[dict[str, str]]]:
        connection = self._open_connection()
        answers = []
        for start in range(0, len(questions), _PIPELINE):
            actions = [wire.action(listing.action, dict(fields)) for fields in questions[start : start + _PIPELINE]]
            collected = [connection.collect(action) for action in actions]
            responses = [connection.ask(action) for action in actions]
            for action, events, pending in zip(actions, collected, responses, strict=True):
                deadline = time.monotonic() + self._settings.asterisk_cm_timeout
                response = await self._within(pending, listing.action)
                if response.success and response.get("EventList", "").lower() == "start":
                    await self._within(events.complete, listing.action, deadline - time.monotonic())
                connection.forget(action)
                answers.append(self._entries(listing, response, events.packets))
        return answers

    def _entries(self, listing: Listing, response: Message, packets: Sequence[bytes]) -> list[dict[str, str]]:
        self._permitted(listing.action, response)
        if not response.success:
            if listing.none and response.message.startswith(listing.none):
                return []
            raise AsteriskRefusedError(f"{listing.action}: {said(response)}", where=self.where)
        start = f"Event: {listing.event}\r\n".encode()
        return [wire.fields_of(packet, listing.fields) for packet in packets if packet.startswith(start)]

    def _permitted(self, name: str, response: Message) -> Message:
        """The response, unless Asterisk says that the account lacks the class for this action."""
        if not response.success and response.message.startswith("Permission denied"):
            raise permission_denied(name, self._settings.asterisk_cm_username, self.where)
        return response

    def _open_connection(self) -> wire.OneConnection:
        if self._connection is None:
            raise AsteriskUnreachableError("the connection is closed", where=self.where)
        if self._connection.lost.done():
            loss = self._connection.lost.result()
            raise AsteriskUnreachableError(loss.reason, where=self.where, hint=loss.hint)
        return self._connection

    async def _within(self, answer: asyncio.Future[_T], step: str, limit: float | None = None) -> _T:
        """The answer. Raises AsteriskUnreachableError where the time is over or the connection lost before it."""
        seconds = self._settings.asterisk_cm_timeout if limit is None else max(limit, 0.0)
        lost = self._open_connection().lost
        waited: set[asyncio.Future[Any]] = {answer, lost}
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if lost.done():
            reason, hint = lost.result()
            loss = wire.Loss(f"{reason} before the answer to {step} was complete", hint)
        else:
            loss = wire.Loss(f"no complete answer to {step} within {seconds:.3g} s")
            # After one missed deadline nothing waits for this connection again, not even its close.
            self._open_connection().end(loss)
        raise AsteriskUnreachableError(loss.reason, where=self.where, hint=loss.hint)

    async def _open(self) -> None:
        settings = self._settings
        if any(sign in settings.asterisk_cm_username + settings.asterisk_cm_secret.reveal() for sign in "\r\n\0"):
            raise SettingsError(
                "asterisk_cm_username or asterisk_cm_secret contains a line end",
                where="[gvma_settings]",
                hint="Nothing was changed. Write it on one line.",
            )
        connection = wire.OneConnection()
        connection.connection_made(await self._connected(connection))
        self._connection = connection
        await self._log_in(connection)

    async def _log_in(self, connection: wire.OneConnection) -> None:
        """Log in with the digest of a challenge and the secret; the secret itself goes over TLS only, since another
        program may have the port while Asterisk is down."""
        offered = await self._within(connection.ask(wire.action("Challenge", {"AuthType": "MD5"})), "the login")
        challenge = offered.get("Challenge") if offered.success else None
        secret = self._settings.asterisk_cm_secret.reveal()
        if isinstance(challenge, str) and challenge:
            # FIPS hosts refuse MD5 for security; AMI has no other digest.
            digest = md5(f"{challenge}{secret}".encode(), usedforsecurity=False).hexdigest()
            proof = {"AuthType": "MD5", "Key": digest}
        elif self._settings.asterisk_cm_tls:
            proof = {"Secret": secret}
        else:
            raise self._login_refused(said(offered), no_challenge=True)
        fields = {"Username": self._settings.asterisk_cm_username, "Events": "off", **proof}
        login = await self._within(connection.ask(wire.action("Login", fields)), "the login")
        if not login.success:
            raise self._login_refused(said(login))

    def _login_refused(self, message: str, *, no_challenge: bool = False) -> CredentialsError:
        username = self._settings.asterisk_cm_username
        if message == _IN_USE:
            return AmiAccountInUseError(
                f"the AMI account {username!r} is in use by another connection, and manager.conf allows one at a time",
                where=self.where,
                hint="Run the same command again when that connection has ended, set allowmultiplelogin = yes in "
                "manager.conf, or give gvma an account of its own.",
            )
        if no_challenge:
            return CredentialsError(
                "what answers on the AMI port offers no challenge, and without TLS the secret is not sent in clear",
                where=self.where,
                hint="Check that Asterisk itself listens there, or set asterisk_cm_tls = yes.",
            )
        return CredentialsError(
            f"Asterisk refused the AMI login of {username!r}: {message}",
            where=self.where,
            hint="Compare asterisk_cm_username and asterisk_cm_secret with manager.conf, "
            "and check that its permit= allows this host.",
        )

    async def _connected(
        self, connection: wire.OneConnection
    ) -> asyncio.Future[tuple[asyncio.Transport, wire.WholePackets]]:
        settings = self._settings
        tls = self._tls()
        connecting = asyncio.ensure_future(
            asyncio.get_running_loop().create_connection(
                lambda: wire.WholePackets(connection),
                sock=self._reached,
                ssl=tls,
                server_hostname=settings.asterisk_cm_host if tls else None,
            )
        )
        try:
            async with asyncio.timeout(settings.asterisk_cm_timeout):
                await connecting
        except TimeoutError:
            raise unreachable(settings, f"no connection within {settings.asterisk_cm_timeout:g} s") from None
        except ssl.SSLCertVerificationError as error:
            reason = f"its TLS certificate is not trusted: {error.verify_message}"
            raise unreachable(settings, reason, _CERTIFICATE) from None
        except ssl.SSLError as error:
            raise unreachable(settings, f"no TLS there: {error.reason or error}") from None
        except OSError as error:
            raise unreachable(settings, error.strerror or "the connection broke") from None
        return connecting

    def _tls(self) -> ssl.SSLContext | None:
        ca_file = self._settings.asterisk_cm_ca_file
        if not self._settings.asterisk_cm_tls:
            return None
        try:
            return ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            reason = "it contains no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            raise SettingsError(
                f"asterisk_cm_ca_file cannot be used: {reason}",
                where=str(ca_file),
                hint="Nothing was changed. Name a file of certificates in PEM form.",
            ) from None

    async def _close(self, connection: wire.OneConnection) -> None:
        if not connection.lost.done():
            connection.ask(wire.action("Logoff", {}))
            await asyncio.wait({connection.lost}, timeout=_CLOSE_SECONDS)
        connection.close()
        await asyncio.sleep(0)  # the loop closes the socket in its next round
