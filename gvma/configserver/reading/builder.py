"""From XML elements to objects, as they arrive; this module is driven by a parser and opens nothing.

Elements are recognised by their local name, at any depth. There are four pairs of handlers, of which one is active:
*general*, *section* (inside ``TServer``, where most time is spent), *skip* (a list inside the section, which is not
read), and *text* (a field that is written as the text of its element).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import intern
from xml.parsers.expat import XMLParserType

from gvma.configserver.kinds import ANNEX, FIELDS, KINDS, KINDS_WITH_OPTIONS_TAB, OPTIONS_TAB, WRAPPER
from gvma.configserver.objects import DELETED, DISABLED, ConfigObject
from gvma.configserver.reading.factory import REMEMBERED, ObjectFactory, OpenObject
from gvma.errors import ConfigServerHostile, ConfigServerTooLarge

MAX_DEPTH = 64
MAX_OBJECTS = 1_000_000
MAX_OPTIONS = 10_000

_SECTION = "tserver"
_NONE = -9  # a depth that no element has, nor the one above or below it
_LEVELS = 4  # of elements in an object: itself, annex, section, pair
_PAIRS = frozenset({"str_pair", "int_pair", "bin_pair"})


_Action = Callable[[str, int, dict[str, str]], None]


class ObjectBuilder(ObjectFactory):
    """Builds the objects of one document from its tags, and keeps them in ``objects``.

    depth: of the element that ``parser`` has just started.
    only: the kind to keep, None for all. include_disabled: keep objects of state 2. State 3 is never kept.
    fields: fields that are read from child elements too; attributes are always read.
    seen: number of objects so far, with those that are not kept. dropped: states of objects that are not kept.
    """

    def __init__(
        self,
        parser: XMLParserType,
        *,
        depth: int = 0,
        include_disabled: bool = True,
        only: str | None = None,
        fields: frozenset[str] = FIELDS,
    ) -> None:
        super().__init__()
        self.objects: list[ConfigObject] = []
        self.seen = 0
        self._parser = parser
        self.dropped = (DELETED,) if include_disabled else (DELETED, DISABLED)
        self._only = only
        self._fields = fields
        self._depth = depth
        self._open: OpenObject | None = None
        self._skipped = 0
        self._annex = self._field_depth = self._container_depth = _NONE
        self._container = ""
        self._options: dict[str, str] = {}
        self._actions: dict[str, tuple[_Action, str]] = {}
        self._pairs = set(_PAIRS)
        self._keys: dict[str, str] = {}
        self._text: list[str] = []
        self._field = ""
        # Bound once: the hot path changes handlers four times an object.
        self._general = self.start, self._end
        self._section = self._start_pair, self._end_pair
        self._turn_to_general()

    def check_size(self) -> None:
        """Raises ConfigServerTooLarge if there is more than any real site has. To be called now and then."""
        if self.seen > MAX_OBJECTS:
            raise ConfigServerTooLarge(f"there are more than {MAX_OBJECTS} objects")
        if len(self._options) > MAX_OPTIONS or (self._open and len(self._open.repeated) > MAX_OPTIONS):
            raise ConfigServerTooLarge(f"an object has more than {MAX_OPTIONS} options")

    def has_room_for(self, tags: int) -> bool:
        """Whether ``check_size`` finds nothing, now and after so many tags, whatever they are."""
        return self.seen + tags <= MAX_OBJECTS and len(self._options) + tags <= MAX_OPTIONS

    @property
    def is_inside(self) -> bool:
        """Whether an object is open."""
        return self._open is not None

    @property
    def is_between(self) -> bool:
        """Whether no object is open, in an element in which another one may stand."""
        return self._open is None and 0 < self._depth < MAX_DEPTH - _LEVELS

    def add(self, objects: Iterable[ConfigObject], seen: int, *, had_options: bool) -> None:
        """Take objects that somebody else has read while ``is_between``, as if their tags had been seen here.

        seen: their number, with those that are not kept. had_options: the last had a section TServer.
        """
        self.objects += objects
        self.seen += seen
        if had_options:
            self._options = {}

    def take(self) -> list[ConfigObject]:
        """The objects, for good: this builder and its handlers hold each other until a garbage collection, which would
        have to look at all of these.
        """
        taken, self.objects = self.objects, []
        return taken

    # General: outside any section TServer.

    def _turn_to_general(self) -> None:
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._general

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle a start tag; public because the first tag arrives before the handlers are set."""
        self._depth = depth = self._depth + 1
        if depth > MAX_DEPTH:
            raise ConfigServerHostile(f"elements are nested more than {MAX_DEPTH} deep")
        try:
            action, local = self._actions[name]
        except KeyError:
            action, local = self._learn(name)
        action(local, depth, attributes)

    def _start_object(self, kind: str, depth: int, attributes: dict[str, str]) -> None:
        if "linkDBID" in attributes:
            return
        container = self._container if self._container_depth == depth - 1 else ""
        self._open = OpenObject(kind, depth, attributes, self._open, container)
        self._field_depth = depth + 1
        self._annex = self._container_depth = _NONE
        if not self.seen:
            self._parser.CharacterDataHandler = None
        self.seen += 1

    def _start_annex(self, local: str, depth: int, attributes: dict[str, str]) -> None:
        if self._open is None or self._annex != _NONE:
            return
        if local != OPTIONS_TAB or self._open.kind in KINDS_WITH_OPTIONS_TAB:
            self._annex = depth
        else:
            self._start_other(local, depth, attributes)

    def _start_list(self, _local: str, depth: int, attributes: dict[str, str]) -> None:
        if depth == self._annex + 1 and attributes.get("key", "").lower() == _SECTION:
            self._turn_to_section()

    def _start_other(self, local: str, depth: int, attributes: dict[str, str]) -> None:
        owner = self._open
        if owner is None:
            return
        if depth == self._field_depth and local in self._fields:
            if "value" in attributes:
                owner.fields.setdefault(local, attributes["value"])
            else:
                self._turn_to_text(local)
        elif depth == owner.depth + 1:
            self._container, self._container_depth = local, depth
            if local == WRAPPER:
                for field, value in attributes.items():
                    owner.fields.setdefault(field, value)
                self._field_depth = depth + 1

    def _end(self, _name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == self._annex:
            self._annex = _NONE
        elif depth == self._field_depth - 1:
            ended = self._open
            if ended is None:
                return
            if depth == ended.depth:
                self.emit(ended)
                self._open = outer = ended.parent
                self._field_depth = outer.depth + 1 if outer is not None else _NONE
                self._container, self._container_depth = ended.container, depth - 1
            else:  # the wrapper
                self._field_depth = depth

    # Section: the pairs of TServer.

    def _turn_to_section(self) -> None:
        owner = self._open
        if owner is not None:
            if owner.options is None:
                owner.options = {}
            self._options = owner.options
            self._parser.StartElementHandler, self._parser.EndElementHandler = self._section

    def _start_pair(self, name: str, attributes: dict[str, str]) -> None:
        if name in self._pairs:
            try:
                key = self._keys[attributes["key"]]
                value = attributes["value"]
            except KeyError:
                self._odd_pair(attributes)
                return
            options = self._options
            if key in options:
                self._repeat(key)
            else:
                options[key] = value
        elif name.rpartition(":")[2] in _PAIRS and len(self._pairs) < REMEMBERED:
            self._pairs.add(name)
            self._start_pair(name, attributes)
        else:
            self._turn_to_skip()

    def _odd_pair(self, attributes: dict[str, str]) -> None:
        """A pair whose key is new or missing, or whose value is missing."""
        text = attributes.get("key")
        if text is None:
            return
        key = self._keys.get(text) or intern(text.lower())
        if len(self._keys) < REMEMBERED:
            self._keys[text] = key
        if key in self._options:
            self._repeat(key)
        else:
            self._options[key] = attributes.get("value", "")

    def _repeat(self, key: str) -> None:
        if self._open is not None and key not in self._open.repeated:
            self._open.repeated += (key,)

    def _end_pair(self, name: str) -> None:
        if name not in self._pairs:
            self._depth -= 1
            self._turn_to_general()

    # Skip: a list inside the section, which is not read.

    def _turn_to_skip(self) -> None:
        self._skipped = 1
        self._parser.StartElementHandler = self._start_skipped
        self._parser.EndElementHandler = self._end_skipped

    def _start_skipped(self, _name: str, _attributes: dict[str, str]) -> None:
        self._skipped += 1
        if self._depth + self._skipped > MAX_DEPTH:
            raise ConfigServerHostile(f"elements are nested more than {MAX_DEPTH} deep")

    def _end_skipped(self, _name: str) -> None:
        self._skipped -= 1
        if not self._skipped:
            self._turn_to_section()

    # Text: a scalar that is written as the text of its element.

    def _turn_to_text(self, field: str) -> None:
        self._field = field
        self._text = []
        self._parser.CharacterDataHandler = self._text.append
        self._parser.EndElementHandler = self._end_text

    def _end_text(self, name: str) -> None:
        self._parser.CharacterDataHandler = None
        self._parser.EndElementHandler = self._end
        if self._open is not None:
            self._open.fields.setdefault(self._field, "".join(self._text).strip())
        self._end(name)

    # Objects.

    def emit(self, ended: OpenObject) -> None:
        """An object has ended; all its fields have been read."""
        if self._only is None or ended.kind == self._only:
            built = self.build(ended)
            if built.state not in self.dropped:
                self.objects.append(built)

    def _learn(self, name: str) -> tuple[_Action, str]:
        local = intern(name.rpartition(":")[2])
        learnt = self._action(local), local
        if len(self._actions) < REMEMBERED:
            self._actions[name] = learnt
        return learnt

    def _action(self, local: str) -> _Action:
        if local in KINDS:
            return self._start_object
        if local in ANNEX or local == OPTIONS_TAB:
            return self._start_annex
        return self._start_list if local == "list_pair" else self._start_other
