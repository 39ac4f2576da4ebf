"""Values of ``gvma switch``: where they come from, and what none of them may do."""

from __future__ import annotations

import pytest

from gvma.errors import UsageError
from gvma.settings import GvmaSettings
from gvma.switches import forms, site
from gvma.switches.choices import Choice, Values, chosen
from gvma.switches.guides import GUIDES, Guide, guide_of

CHOICES = (
    Choice("sipserver", "192.168.50.137", forms.host, "SIP Server", 3964, site.sipserver),
    Choice("contact", "192.0.2.20:5060", forms.contact, "the gateway"),
    Choice("users", "8032,8034", forms.numbers, "telephones", 3369),
)
SETTINGS = GvmaSettings(siptserver_host="10.0.0.20,10.0.0.21", siptserver_port=5070)


def test_set_goes_before_the_settings_and_these_before_the_manual() -> None:
    assert chosen(CHOICES, [])["sipserver"] == "192.168.50.137"
    assert chosen(CHOICES, [], SETTINGS)["sipserver"] == "10.0.0.20"
    assert chosen(CHOICES, ["sipserver=pbx.example"], SETTINGS)["sipserver"] == "pbx.example"


def test_each_value_says_where_it_comes_from() -> None:
    values = chosen(CHOICES, ["users=1-3"], SETTINGS, {"contact": "10.0.0.7:5060"})
    assert values.origins == {"sipserver": "settings", "contact": "asked", "users": "set"}
    assert chosen(CHOICES, []).origins == {"sipserver": "manual", "contact": "example", "users": "manual"}


def test_a_value_of_a_server_that_has_not_its_form_is_left_out() -> None:
    values = chosen(CHOICES, [], None, {"users": "8032\n! reload", "contact": ""})
    assert (values["users"], values["contact"]) == ("8032,8034", "192.0.2.20:5060")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sipsever=x"], "no key 'sipsever'; did you mean sipserver?"),
        (["sipserver"], "wants KEY=VALUE"),
        (["=x"], "no key ''"),
        (["users=1", "users=2"], "given twice"),
        (["users=9-1"], "from the lower number to the higher"),
        (["users=0-99999"], "at most 10,000 numbers"),
        (["contact=10.0.0.1:99999"], "from 1 to 65535"),
    ],
)
def test_a_wrong_set_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match="--set") as refused:
        chosen(CHOICES, words)
    assert said in str(refused.value)
    assert refused.value.exit_status == 64


HOSTILE = ["a\nreload", "a\r!", "a b;c", "x{y", "x}y", "a#b", 'a"b', "a\x1b[31m", "a\u2028b", "a$(id)", "a|b", "a\\b"]


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.id)
@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_of_any_device_can_end_its_line_or_its_word(guide: Guide, value: str) -> None:
    for choice in guide.choices:
        with pytest.raises(UsageError):
            chosen(guide.choices, [f"{choice.key}={value}"])


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.id)
def test_every_default_has_the_form_of_its_value(guide: Guide) -> None:
    for choice in guide.choices:
        if choice.default and not choice.default.startswith("<"):
            assert choice.form(choice.default) == choice.default, choice.key


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.id)
def test_a_key_has_one_meaning_in_a_chapter(guide: Guide) -> None:
    for choices in (guide.object_choices, guide.device_choices):
        assert len({choice.key for choice in choices}) == len(choices)
    meanings = {choice.key: choice.form for choice in guide.object_choices}
    for choice in guide.device_choices:
        assert meanings.get(choice.key, choice.form) in {choice.form, forms.host, forms.address}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("cisco-mgc", "cisco-mgc"), ("cisco", "cisco-mgc"), ("bigip", "f5-bigip-ltm"), ("F5", "f5-bigip-ltm"),
        ("openscape", "openscape-voice"), ("asterisk", "asterisk"), ("audio", "audiocodes"),
    ],
)  # fmt: skip
def test_a_part_of_a_name_is_enough_where_only_one_has_it(word: str, expected: str) -> None:
    assert guide_of(word).id == expected


@pytest.mark.parametrize("word", ["o", "nortel", "", "cisko-mgc"])
def test_a_name_that_none_or_several_have_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        guide_of(word)


def values_of(guide: Guide, *given: str) -> Values:
    return chosen(guide.device_choices, given)


def test_ranges_keep_leading_zeros_and_name_each_number_once() -> None:
    assert forms.expanded("0098-0101,0099,+4930") == ["0098", "0099", "0100", "0101", "+4930"]
