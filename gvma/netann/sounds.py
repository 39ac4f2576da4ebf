"""Which of Asterisk's sounds a play value means: the names to try, best first. Pure: no disk, no network.

Only Asterisk knows whether a name exists, since it may run on another host. **A name never leads outside the
sounds folders and the listed hosts.**
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gvma.netann.uri import SAFE_PATH, SCHEME, decode

# Asterisk wants names without the extension, and looks for every format that it knows.
_EXTENSION = re.compile(
    "wav(16|49)?|gsm|ulaw|ul|ulw|mu|pcm|alaw|al|alw|au|raw|sln(12|16|24|32|44|48|96|192)?|g719|g722|g723(sf)?|"
    "g726-(16|24|32|40)|g729|ilbc|ogg|opus|siren7|siren14|vox|mp3",
    re.IGNORECASE,
)
_LONGEST_NAME = 1000
# Longer than the path of Asterisk's copy of a fetched file; and short enough to be a key in the database of Asterisk
# 16 (252 bytes with the family), by which Asterisk finds the copy after a restart.
_LONGER_THAN_CACHE_PATHS = 220
_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?=[/?#]|\Z)", re.IGNORECASE)
_FILE_URL = re.compile(r"file:(?://(?:localhost)?)?(/.*)", re.IGNORECASE)
_PROVISIONED = re.compile(r"\A/provisioned/", re.IGNORECASE)
_LOCALE = re.compile("([A-Za-z]{2,8})(?:[_-]([A-Za-z0-9]{1,8}))?(?:[_-][A-Za-z0-9]{1,8})*")

# The first language of countries whose language tag differs from the country code.
_LANGUAGE_OF_COUNTRY = {
    **dict.fromkeys(("US", "GB", "AU", "NZ", "IE", "CA", "ZA", "IN"), "en"),
    **dict.fromkeys(("AT", "CH", "LI"), "de"),
    **dict.fromkeys(("MX", "AR", "CL", "CO", "PE", "VE", "EC", "UY"), "es"),
    **{"BE": "fr", "BR": "pt", "CN": "zh", "CZ": "cs", "DK": "da", "GR": "el", "IL": "he", "JP": "ja"},
    **{"KR": "ko", "SE": "sv", "TW": "zh", "UA": "uk"},
}
_COUNTRY_OF_LANGUAGE = {"en": "US", "ja": "JP", "zh": "CN", "ko": "KR", "sv": "SE", "da": "DK", "cs": "CZ"}


class Sound(NamedTuple):
    """Names for Asterisk, the best first; none of them need exist.

    fetched: Asterisk fetches it over HTTP, which may take a long time.
    missing: why there is no name at all, in words for the log; empty where there are names.
    """

    names: tuple[str, ...] = ()
    fetched: bool = False
    missing: str = ""


def sound_of(play: str, *, locale: str | None = None, folders: Sequence[str] = (), hosts: Sequence[str] = ()) -> Sound:
    """The sound that a play value of a ServiceRequest means.

    locale: of the request. folders: absolute paths of the folders above the language folders; Asterisk's
    own is tried first, without a path. hosts: ``host`` or ``host:port`` that Asterisk may fetch from.
    Source: RFC 4240 section 3; the manual's lines 3102-3107.
    """
    if len(play) > _LONGEST_NAME:
        return Sound(missing="the name is longer than any file's")
    scheme = SCHEME.match(play)
    if scheme is None:
        return _below_folders(_PROVISIONED.sub("provisioned/", play), languages(locale), folders)
    if scheme[1].lower() == "file":
        return _local_file(play, folders)
    if scheme[1].lower() in ("http", "https"):
        return _from_host(play, hosts)
    return Sound(missing=f"{scheme[1].lower()}: is not supported")


def languages(locale: str | None) -> tuple[str, ...]:
    """The names of language folders for a locale, best first; for ``ca_FR`` that includes ``fr_FR``.

    Empty for None and for a text that is not a language tag. Source: RFC 4240 section 3.1; RFC 5646 for the tag.

    >>> languages("ca_FR")
    ('ca_FR', 'ca', 'ca_CA', 'fr_FR', 'fr')
    """
    tag = _LOCALE.fullmatch(locale or "")
    if tag is None:
        return ()
    language, country = tag[1].lower(), (tag[2] or "").upper()
    best = [f"{language}_{country}"] if country else []
    best += [language, f"{language}_{_COUNTRY_OF_LANGUAGE.get(language, language.upper())}"]
    if len(country) == 2 and country.isalpha():
        spoken_there = _LANGUAGE_OF_COUNTRY.get(country, country.lower())
        best += [f"{spoken_there}_{country}", spoken_there]
    return tuple(dict.fromkeys(best))


def without_extension(name: str) -> tuple[str, ...]:
    """The names to try for a file: without an audio extension first, then as it stands."""
    stem, dot, extension = name.rpartition(".")
    if dot and stem and not stem.endswith("/") and _EXTENSION.fullmatch(extension):
        return stem, name
    return (name,)


def _below_folders(path: str, language_folders: Sequence[str], folders: Sequence[str]) -> Sound:
    files = without_extension(path)
    names = [f"{language}/{file}" for language in language_folders for file in files]
    names += files
    for folder in folders:
        names += [f"{folder}/{language}/{file}" for language in language_folders for file in files]
        names += [f"{folder}/{file}" for file in files]
    return Sound(tuple(dict.fromkeys(names)))


def _local_file(url: str, folders: Sequence[str]) -> Sound:
    parts = _FILE_URL.fullmatch(url)
    if parts is None:
        return Sound(missing="the file: URL names another host, or no path")
    path = decode(parts[1]) or ""
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    path = "/" + "/".join(segments)
    if ".." in segments or not SAFE_PATH.fullmatch(path):
        return Sound(missing="the file: URL has characters that no sound's name has")
    if not any(path.startswith(f"{folder.rstrip('/')}/") for folder in folders):
        return Sound(missing="the file is outside the sounds folders")
    return Sound(without_extension(path))


def _from_host(url: str, hosts: Sequence[str]) -> Sound:
    parts = _URL.match(url)
    if parts is None:
        return Sound(missing="the URL has no plain host")
    scheme, host = parts[1].lower(), parts[2].lower()
    port = int(parts[3]) if parts[3] else {"http": 80, "https": 443}[scheme]
    listed = {entry.lower() for entry in hosts}
    if host not in listed and f"{host}:{port}" not in listed:
        return Sound(missing=f"neither {host} nor {host}:{port} is in play_hosts")
    return Sound((_long_enough(scheme + url[len(scheme) :]),), fetched=True)


def _long_enough(url: str) -> str:
    """The URL, made longer by a fragment, which is never sent. Asterisk keeps the path of its copy in a buffer as
    long as the URL, and so does not find the copy if the URL is short.
    Source: file.c, ast_openstream_full; 16 and 22.
    """
    url = url.partition("#")[0]
    return f"{url}#".ljust(_LONGER_THAN_CACHE_PATHS, "-")
