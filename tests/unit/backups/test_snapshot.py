"""What Configuration Server said, as one JSON object without a PIN."""

from __future__ import annotations

import json

from gvma.backups.snapshot import snapshot
from gvma.configserver.objects import ConfigObject


def _dn(number: str, **options: str) -> ConfigObject:
    return ConfigObject("CfgDN", int(number) + 1, number, 1, 1, 101, options)


def _snapshot(*dns: ConfigObject) -> dict[str, list[dict[str, object]]]:
    text = b"".join(snapshot({"dnquery": dns, "agentquery": []}))
    answers = json.loads(text)["answers"]
    assert isinstance(answers, dict)
    return answers


def test_every_object_is_named_with_its_options() -> None:
    assert _snapshot(_dn("1000", gvm_name="Ann"))["dnquery"] == [
        {
            "kind": "CfgDN",
            "dbid": 1001,
            "number": "1000",
            "type": 1,
            "state": 1,
            "owner": 101,
            "options": {"gvm_name": "Ann"},
        }
    ]


def test_no_pin_and_no_password_is_in_it() -> None:
    text = b"".join(snapshot({"dnquery": [_dn("1000", gvm_password="4711", password="sip", secret="s3")]}))
    assert json.loads(text)["answers"]["dnquery"][0]["options"] == dict.fromkeys(
        ("gvm_password", "password", "secret"), "****"
    )


def test_a_password_among_the_options_of_a_box_is_masked() -> None:
    box = _dn("1000", gvm_options="imapuser=ann|imappassword=hunter2|attach=no", gvm_email="ann@example.com")
    assert _snapshot(box)["dnquery"][0]["options"] == {
        "gvm_options": "imapuser=ann|imappassword=****|attach=no",
        "gvm_email": "ann@example.com",
    }


def test_an_answer_without_objects_is_an_empty_list() -> None:
    assert _snapshot() == {"dnquery": [], "agentquery": []}


def test_a_long_answer_in_pieces_is_still_one_json_object() -> None:
    assert len(_snapshot(*(_dn(str(number)) for number in range(1201)))["dnquery"]) == 1201


def test_a_value_that_is_no_valid_unicode_can_be_written() -> None:
    assert _snapshot(_dn("1000", gvm_name="a\udcff\n"))["dnquery"][0]["options"] == {"gvm_name": "a\udcff\n"}


def test_a_percent_sign_stays_one_in_a_key_and_in_a_value() -> None:
    dn = ConfigObject("CfgDN", 1, "1000", options={"100%": "50%s", "%.0s": "%d", "pin%": "4711", "pin": "4711"})
    assert _snapshot(dn)["dnquery"][0]["options"] == {"100%": "50%s", "%.0s": "%d", "pin%": "4711", "pin": "****"}
