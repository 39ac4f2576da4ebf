"""Whether others than root and the account that gvma runs as can change what a path of the settings names.

Who can write a folder on the way can have gvma write to another place; so such a path is refused (exit 78).
"""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gvma.errors import SettingsError
from gvma.settings.model import GvmaSettings, Settings

_MOST_LINKS = 40


def refuse_if_others_may_change(path: Path, what: str) -> None:
    """Raises SettingsError where others can change what ``path`` names. what: the key, or ``settings file``."""
    for error in _unsafe(path, what):
        raise error


def unsafe_paths(settings: GvmaSettings) -> list[SettingsError]:
    """The paths of the settings under which gvma keeps something of its own, or which it runs, and which others can
    change."""
    kept = (
        ("backup_path", settings.backup_path),
        ("log_file", settings.log_file),
        ("metrics_file", settings.metrics_file),
        ("on_change", _program(settings.on_change)),
        ("on_failure", _program(settings.on_failure)),
    )
    return [error for key, path in kept if path is not None for error in _unsafe(path, key)]


def hooks_that_cannot_run(settings: Settings) -> list[SettingsError]:
    """The commands after a run whose file is missing or may not be executed by this account."""
    gvma, folder = settings.gvma, settings.path.absolute().parent if settings.path is not None else Path("/")
    return [
        SettingsError(
            f"{program} is missing, or this account may not execute it",
            where=f"[gvma_settings] {key}",
            hint="Correct the path, or make the file executable (`chmod +x`). The command would never run.",
        )
        for key, command in (("on_change", gvma.on_change), ("on_failure", gvma.on_failure))
        if command and not _found(program := shlex.split(command)[0], folder)
    ]


def _found(program: str, folder: Path) -> bool:
    """folder: where the command runs. A name without a slash is looked for in PATH."""
    return _which(str(folder / program) if "/" in program else program) is not None


def _program(command: str) -> Path | None:
    """The file that a command line runs; None where there is none, which is no danger."""
    found = _which(shlex.split(command)[0]) if command else None
    return Path(found) if found is not None else None


def _which(program: str) -> str | None:
    from shutil import which  # noqa: PLC0415  (start-up: its compression libraries)

    return which(program)


def _unsafe(path: Path, what: str) -> Iterator[SettingsError]:
    reason = who_may_change(path)
    if reason:
        owners = " or to ".join(dict.fromkeys(("root", user_name(os.geteuid()))))
        yield SettingsError(
            f"it is not safe to use: {reason}",
            where=f"{what} {path}",
            hint=f"Nothing was changed. The file and every folder above it must belong to {owners}, and nobody "
            "else may write them; or run gvma as the user who owns them.",
        )


def who_may_change(path: Path) -> str:
    """Which user can change what ``path`` names, and where; empty where nobody can. A missing end changes nothing."""
    left = [part for part in reversed(path.absolute().parts[1:]) if part != "."]
    place, links = Path("/"), 0
    reason = _untrusted(place, os.lstat(place), above=True)
    while left and not reason:
        name = left.pop()
        if name == "..":
            place = place.parent
            continue
        place /= name
        try:
            status = os.lstat(place)
        except OSError:
            return ""  # nobody's yet; or not for us to see, and then not for us to change
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > _MOST_LINKS:
                return f"{path} leads through more than {_MOST_LINKS} symbolic links"
            if status.st_uid not in {0, os.geteuid()}:
                return f"the symbolic link {place} belongs to {user_name(status.st_uid)}"
            target = Path(os.readlink(place))
            place = Path("/") if target.is_absolute() else place.parent
            left += [part for part in reversed(target.parts) if part != "/"]
            continue
        reason = _untrusted(place, status, above=bool(left))
    return reason


def _untrusted(place: Path, status: os.stat_result, *, above: bool) -> str:
    """above: a folder on the way, which may be sticky: there others cannot exchange what is not theirs."""
    if status.st_uid not in {0, os.geteuid()}:
        return f"{place} belongs to {user_name(status.st_uid)}"
    if above and status.st_mode & stat.S_ISVTX:
        return ""
    if status.st_mode & stat.S_IWOTH and not _is_read_only(place):
        return f"everybody may write {place}"
    if status.st_mode & stat.S_IWGRP and not _is_own_group(place, status) and not _is_read_only(place):
        return f"the group {group_name(status.st_gid)} may write {place}"
    return ""


def _is_own_group(place: Path, status: os.stat_result) -> bool:
    """Nobody but the owner is in the group, as where each user has a group of his own; and no ACL lets others in."""
    with suppress(OSError):  # a file system without ACLs
        if "system.posix_acl_access" in os.listxattr(place):
            return False
    import grp  # noqa: PLC0415  (start-up)

    owner = status.st_uid
    try:
        group, user = grp.getgrgid(status.st_gid), pwd.getpwuid(owner)
    except KeyError:
        return status.st_gid == 0
    return user.pw_gid == status.st_gid and set(group.gr_mem) <= {user.pw_name}


def _is_read_only(place: Path) -> bool:
    """Mounted so, as a container's volume of settings is."""
    return bool(os.statvfs(place).f_flag & os.ST_RDONLY)


def user_name(uid: int) -> str:
    """The user's name, else the number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """The group's name, else the number."""
    import grp  # noqa: PLC0415  (start-up)

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
