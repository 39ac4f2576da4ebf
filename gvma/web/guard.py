"""Who may read, and how: method, Host, password; and the headers that every answer has."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Collection

from flask import Flask, Response, request

from gvma.errors import SettingsError
from gvma.settings import Secret, Settings, WebSettings
from gvma.settings.secrets import secret_of_file

_METHODS = ("GET", "HEAD")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[^\[\]:]+))(?::[0-9]*)?\Z")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def account_of(web: WebSettings) -> Secret | None:
    """``user:password``; None where nobody logs in. Raises SettingsError."""
    if web.password_file is None:
        return None
    where = "password_file of [web]"
    account = secret_of_file(web.password_file, where)
    user, colon, password = account.reveal().partition(":")
    if not (user and colon and password):
        raise SettingsError(
            f"{web.password_file} must hold user:password",
            where=where,
            hint="Nothing is served. Write one line, such as ops:a-long-password, and chmod 600 the file.",
        )
    return account


def refuse_open_address(host: str, settings: Settings) -> None:
    """Raises SettingsError where others than this host could read without a password."""
    if host not in _LOOPBACK and settings.web.password_file is None:
        raise SettingsError(
            "other hosts could read the pages, and nobody would have to log in",
            where=f"--host {host}",
            hint="Nothing is served. Set password_file of [web], and let the site's proxy speak TLS; or use 127.0.0.1.",
        )


def guard(app: Flask, *, hosts: Collection[str], account: Secret | None) -> None:
    """Every request of the app passes here first. hosts: what ``Host`` may name, the port aside."""
    allowed = _LOOPBACK | {host.lower() for host in hosts}

    @app.before_request
    def _admit() -> Response | None:
        if request.method not in _METHODS:
            return _refusal(405, "This is for reading: GET and HEAD only.", Allow="GET, HEAD")
        if not request.environ.get("REQUEST_URI", "/").startswith("/"):
            return _refusal(400, "This is no proxy: ask for a path.")
        if _host_name(request.headers.get("Host", "")) not in allowed:
            return _refusal(400, "This host is not called so. `hosts` of [web] lists other names.")
        if account is not None and not _is_account(request.headers.get("Authorization", ""), account):
            return _refusal(401, "Log in.", **{"WWW-Authenticate": 'Basic realm="gvma", charset="UTF-8"'})
        return None

    @app.after_request
    def _protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response


def _refusal(status: int, text: str, **headers: str) -> Response:
    return Response(f"{text}\n", status, headers, content_type="text/plain; charset=utf-8")


def _host_name(value: str) -> str:
    """The name of a ``Host`` without brackets and port; empty where it is none. Capitals do not count."""
    found = _HOST.match(value.lower())
    return (found["address"] or found["name"]) if found else ""


def _is_account(authorization: str, account: Secret) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, account.reveal().encode())
