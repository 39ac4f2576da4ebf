"""Which names a play value becomes for Asterisk, and which it never becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.netann.sounds import languages, sound_of

FOLDERS = ["/var/lib/asterisk/sounds"]


def names(play: str, locale: str | None = None, hosts: tuple[str, ...] = ()) -> tuple[str, ...]:
    return sound_of(play, locale=locale, folders=FOLDERS, hosts=hosts).names


def test_a_genesys_path_is_looked_for_below_asterisks_own_folder_and_below_the_one_of_the_settings() -> None:
    assert names("music/in_queue") == ("music/in_queue", "/var/lib/asterisk/sounds/music/in_queue")


def test_a_provisioned_announcement_lies_in_the_folder_of_that_name() -> None:
    assert names("/PROVISIONED/Welcome1")[0] == "provisioned/Welcome1"


def test_an_audio_extension_is_dropped_first_since_asterisk_adds_its_own() -> None:
    assert names("prompts/welcome.wav")[:2] == ("prompts/welcome", "prompts/welcome.wav")
    assert names("prompts/version.2")[0] == "prompts/version.2"


def test_a_locale_is_looked_for_before_the_channels_own_language() -> None:
    assert names("x", locale="fr_FR")[:3] == ("fr_FR/x", "fr/x", "x")


@pytest.mark.parametrize(
    ("locale", "best"),
    [
        ("ca_FR", "fr_FR"),  # the example of RFC 4240 section 3.1
        ("en-CA", "en_CA"),
        ("EN_ca", "en"),
        ("de_AT", "de_DE"),
        ("gsw_CH", "de"),
        ("en", "en_US"),
    ],
)
def test_a_locale_is_served_by_its_language_and_by_its_countrys(locale: str, best: str) -> None:
    assert best in languages(locale)


@pytest.mark.parametrize("locale", [None, "", "x1y2z3", "..", "en/../x", "%2e", "a" * 9, "en_"])
def test_what_is_no_language_tag_asks_for_the_default_language(locale: str | None) -> None:
    assert languages(locale) == ()


@pytest.mark.parametrize(
    "url",
    [
        "file:///var/lib/asterisk/sounds/music/x.wav",
        "file://localhost/var/lib/asterisk/sounds/music/x.wav",
        "FILE:/var/lib/asterisk/sounds//music/./x.wav",
        "file:///var/lib/asterisk/sounds/music/%78.wav",
    ],
)
def test_a_file_url_below_the_sounds_folder_is_that_file(url: str) -> None:
    assert names(url)[0] == "/var/lib/asterisk/sounds/music/x"


@pytest.mark.parametrize(
    "url",
    [
        "file:///var/spool/asterisk/voicemail/GVMA_DN/1000/INBOX/msg0000",  # somebody's message
        "file:///var/lib/asterisk/sounds-of-others/x",
        "file:///var/lib/asterisk/sounds",
        "file://fileserver.example.net//geminii/yourHoroscope.wav",
        "file:music/x",
        "file:///var/lib/asterisk/sounds/%2e%2e/keys/x",
        "file:///var/lib/asterisk/sounds/$%7BSHELL(id)%7D",
        "file:///var/lib/asterisk/sounds/a,b",
    ],
)
def test_a_file_url_that_leads_elsewhere_has_no_name(url: str) -> None:
    sound = sound_of(url, folders=FOLDERS)
    assert sound.names == ()
    assert sound.missing


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("http://media.example.net/x.wav", ("media.example.net",)),
        ("HTTPS://Media.Example.NET:8443/x.wav", ("media.example.net",)),
        ("http://media.example.net:8080/x.wav", ("media.example.net:8080",)),
        ("http://media.example.net/x.wav", ("media.example.net:80",)),
        ("http://[2001:db8::5]:8080/x.wav", ("[2001:db8::5]",)),
    ],
)
def test_asterisk_fetches_from_a_listed_host(url: str, hosts: tuple[str, ...]) -> None:
    sound = sound_of(url, hosts=hosts)
    [name] = sound.names
    scheme, colon, rest = url.partition(":")
    assert name.partition("#")[0] == scheme.lower() + colon + rest  # Asterisk knows the schemes in lower case only
    assert sound.fetched


def test_a_short_url_is_made_longer_than_the_path_of_asterisks_copy_without_changing_what_is_fetched() -> None:
    [name] = sound_of("http://h/x.wav#part", hosts=("h",)).names
    assert name.startswith("http://h/x.wav#--")
    assert len(name) == 220


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://media.example.net@evil.example/x.wav",
        "http://media.example.net\\@evil.example/x.wav",
        "http://media.example.net.evil.example/x.wav",
        "http://media.example.net:8080/x.wav",
        "http:media.example.net/x.wav",
        "http:///x.wav",
        "ftp://media.example.net/x.wav",
        "nfs://media.example.net/x.wav",
        "tone:440",
    ],
)
def test_asterisk_fetches_from_no_other_host(url: str) -> None:
    assert sound_of(url, hosts=("media.example.net:80",)).names == ()


@given(st.text(), st.one_of(st.none(), st.text()))
def test_no_play_value_and_no_locale_stop_the_search(play: str, locale: str | None) -> None:
    sound = sound_of(play, locale=locale, folders=FOLDERS, hosts=("h",))
    assert bool(sound.names) != bool(sound.missing) or play == ""
