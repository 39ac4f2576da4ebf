"""Who may read the pages, and how."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from gvma.errors import SettingsError
from gvma.settings import Settings, WebSettings
from gvma.web.guard import account_of, refuse_open_address
from tests.unit.web.conftest import Reader

PAGES = ("/", "/mailboxes", "/explain?name=1000", "/history", "/media", "/api/status.json", "/static/style.css", "/no")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_headers_that_keep_a_browser_from_loading_anything_else(reader: Reader, path: str) -> None:
    headers = reader().get(path, buffered=True).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"])
def test_no_method_but_get_and_head_is_taken(reader: Reader, method: str) -> None:
    answer = reader().open("/", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8580", 200),
        ("localhost", 200),
        ("LOCALHOST:8580", 200),
        ("[::1]:8580", 200),
        ("pbx.example:8580", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("localhost:8580:1", 400),
        ("[::1", 400),
        ("[::1]evil.example", 400),
        ("[127.0.0.1].evil.example", 400),
        ("[localhost]:8580", 400),
        ("127.0.0.1:8580, evil.example", 400),
        ("", 400),
    ],
)
def test_a_host_by_which_this_one_is_not_called_is_refused(reader: Reader, host: str, status: int) -> None:
    answer = reader(hosts=("pbx.example",)).get("/history", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize("target", ["http://evil.example/history", "http://127.0.0.1/history", "*", "?q=1", "evil:443"])
def test_what_is_asked_of_a_proxy_is_refused(reader: Reader, target: str) -> None:
    answer = reader().get("/history", environ_overrides={"REQUEST_URI": target})
    assert (answer.status_code, answer.text) == (400, "This is no proxy: ask for a path.\n")


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_shown_without_the_password(reader: Reader, path: str) -> None:
    answer = reader(account="ops:pässword", text="sëcret").get(path)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="gvma", charset="UTF-8"')
    assert "sëcret" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ops:pässword"), 200),
        (basic("ops:password"), 401),
        (basic("ops:"), 401),
        (basic("pässword"), 401),
        ({"Authorization": "Basic !!!"}, 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": "Basic"}, 401),
    ],
)
def test_only_user_and_password_of_the_file_are_taken(reader: Reader, headers: dict[str, str], status: int) -> None:
    assert reader(account="ops:pässword").get("/history", headers=headers).status_code == status


def password_file(folder: Path, text: str, mode: int = 0o600) -> WebSettings:
    path = folder / "web.password"
    path.write_text(text)
    path.chmod(mode)
    return WebSettings(password_file=path)


def test_the_account_is_the_line_of_the_password_file(tmp_path: Path) -> None:
    account = account_of(password_file(tmp_path, "ops:a:b\n"))
    assert account is not None
    assert account.reveal() == "ops:a:b"


@pytest.mark.parametrize("text", ["", "ops", "ops:", ":password"])
def test_a_password_file_without_user_and_password_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        account_of(password_file(tmp_path, text))
    assert "password" not in str(refused.value).replace("web.password", "").replace("user:password", "").replace(
        "password_file", ""
    )


def test_a_password_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can be read by its group or by others"):
        account_of(password_file(tmp_path, "ops:password", 0o640))


def test_another_address_needs_a_password_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nobody would have to log in"):
        refuse_open_address("0.0.0.0", Settings())
    refuse_open_address("0.0.0.0", Settings(web=WebSettings(password_file=tmp_path)))
    refuse_open_address("127.0.0.1", Settings())
