"""One run as the history keeps it, and as JSON. No PIN is in it: a changed ``gvm_password`` is only named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from gvma.plan.counts import Counts
from gvma.plan.items import Item
from gvma.printable import MASK

TIME = "%Y-%m-%dT%H:%M:%SZ"
"""How a run's start is written, in UTC."""
_LONGEST = 1_000


class Starter(NamedTuple):
    """Who started a run. sudo_user: who called sudo, empty where nobody did. by: ``terminal``, ``cron``, ``timer`` or
    ``other``."""

    user: str = ""
    sudo_user: str = ""
    host: str = ""
    by: str = "other"

    def __str__(self) -> str:
        sudo = f" (sudo by {self.sudo_user})" if self.sudo_user else ""
        by = "" if self.by == "other" else f", {self.by}"
        return f"{self.user}{sudo}@{self.host}{by}" if self.user else f"on {self.host}"

    def as_json(self) -> dict[str, object]:
        return {"user": self.user, "sudo_user": self.sudo_user or None, "host": self.host, "by": self.by}


class Cause(NamedTuple):
    """What was another in Configuration Server than at the last change.

    owner: such as ``DN 1000``. option: empty where the owner itself has come or gone. old, new: values, None where
    there was or is none; both are masked where they are secret. As text: ``DN 1000: gvm_name Ann -> Bob``.
    """

    owner: str
    option: str = ""
    old: str | None = None
    new: str | None = None

    def __str__(self) -> str:
        if not self.option:
            return f"{self.owner} is {'new in' if self.old is None else 'gone from'} Configuration Server"
        if MASK in {self.new, self.old}:
            return f"{self.owner}: {self.option} changed"
        old, new = ("(not set)" if value is None else value or "(empty)" for value in (self.old, self.new))
        return f"{self.owner}: {self.option} {old} -> {new}"

    def as_json(self) -> dict[str, object]:
        return {"object": self.owner, "option": self.option or None, "old": self.old, "new": self.new}


class PastRun(NamedTuple):
    """One run. at: its start, as ``2026-11-21T21:30:00Z``. command: ``sync``, ``backup restore`` or ``remove``.

    changes: of mailboxes and subscriptions. items: the first of them; items_left_out: how many more there were.
    seconds: how long it took. restored: id of the set that a restore brought back. failure: code and message.
    after_restore: the change before was a restore's; no line of the history says it, its order does.
    """

    run_id: str
    at: str
    command: str
    exit_code: int
    starter: Starter
    changes: Counts = Counts()
    items: tuple[Item, ...] = ()
    items_left_out: int = 0
    why: tuple[Cause, ...] = ()
    backup_set: str | None = None
    restored: str = ""
    seconds: float = 0.0
    failure: tuple[str, str] | None = None
    after_restore: bool = False

    @property
    def changed(self) -> bool:
        """Something stayed changed: a run that did not fail is kept for nothing else."""
        return not self.exit_code or bool(self.items) or bool(self.changes)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it changed something: each cause, or what a change without one comes from; none of first additions."""
        if self.why or self.command != "sync" or not self.items:
            return tuple(map(str, self.why))
        if self.after_restore:
            return ("the files were restored",)
        if all(item.action == "add" for item in self.items):
            return ()
        return ("no option has changed; the files were edited, or the settings changed",)

    def about(self, name: str) -> PastRun | None:
        """The run with what concerns this owner, mailbox or subscription alone; None where nothing does."""
        items = tuple(item for item in self.items if _is_of(item.name, name) or _is_owner(item.owner, name))
        why = tuple(cause for cause in self.why if _is_owner(cause.owner, name))
        return self._replace(items=items, why=why) if items or why else None

    def as_json(self) -> dict[str, object]:
        return {
            "run_id": self.run_id,
            "at": self.at,
            "command": self.command,
            "exit_code": self.exit_code,
            "changes": self.changes.as_json(),
            "items": [item.as_json() for item in self.items],
            "items_left_out": self.items_left_out,
            "why": [cause.as_json() for cause in self.why],
            "backup_set": self.backup_set,
            "restored": self.restored or None,
            "seconds": self.seconds,
            "error": {"code": self.failure[0], "message": self.failure[1]} if self.failure else None,
            "who": self.starter.as_json(),
        }


def past_run(content: Any) -> PastRun:
    """What ``as_json`` wrote. Raises ValueError where it is anything else."""
    try:
        counts, who, error = content["changes"], content["who"], content["error"]
        return PastRun(
            run_id=_text(content["run_id"]),
            at=_time(content["at"]),
            command=_text(content["command"]),
            exit_code=int(content["exit_code"]),
            starter=Starter(_text(who["user"]), _text(who["sudo_user"] or ""), _text(who["host"]), _text(who["by"])),
            changes=Counts(int(counts["add"]), int(counts["change"]), int(counts["remove"])),
            items=tuple(_item(one) for one in content["items"]),
            items_left_out=int(content["items_left_out"]),
            why=tuple(_cause(one) for one in content["why"]),
            backup_set=_text_or_none(content["backup_set"]),
            restored=_text(content["restored"] or ""),
            seconds=float(content["seconds"]),
            failure=(_text(error["code"]), _text(error["message"])) if error else None,
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as wrong:
        raise ValueError("not a run") from wrong


def shortened(text: str) -> str:
    """A text as long as the history keeps one."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_of(item: str, name: str) -> bool:
    """``1000@GVMA_DN`` is meant by itself, and by ``1000``."""
    return name in {item, item.partition("@")[0]}


def _is_owner(owners: str, name: str) -> bool:
    """``DN 1000`` is meant by itself, and by ``1000``."""
    return any(owner == name or owner.endswith(f" {name}") for owner in owners.split(", "))


def _item(content: Mapping[str, Any]) -> Item:
    action, kind, name, owner = (_text(content[key]) for key in ("action", "kind", "name", "owner"))
    if action not in {"add", "change", "remove"}:
        raise ValueError("not an item")
    return Item(action, kind, name, owner, tuple(_text(one) for one in content["fields"]))


def _cause(content: Mapping[str, Any]) -> Cause:
    old, new = _text_or_none(content["old"]), _text_or_none(content["new"])
    return Cause(_text(content["object"]), _text(content["option"] or ""), old, new)


def _time(value: object) -> str:
    """Exactly as TIME says. Not by strptime, whose import takes longer than all of the history."""
    text = _text(value)
    if datetime.fromisoformat(text).strftime(TIME) != text:
        raise ValueError("another form of time")
    return text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)
