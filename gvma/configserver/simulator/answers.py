"""The objects of a file, and the SOAP answers that the simulator makes of them; no network here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import escape

from gvma.configserver.kinds import ANNEX, KINDS, NUMBER_FIELD, OF_A_SWITCH, OPTIONS_TAB, WRAPPER, reference
from gvma.configserver.regular_file import open_regular
from gvma.configserver.simulator.choices import SHAPES
from gvma.configserver.tree import Node, attach_to_owners
from gvma.configserver.xpath import parse
from gvma.errors import ExportFileError

NAMESPACE = "urn:gvma:confserv-soap:1"
_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{body}'
    "</soap:Body></soap:Envelope>"
)
# The default namespace of a shape B answer. Any name will do: a reader must not depend on it.
_SHAPE_B = "urn:gvma:shape-b"
_REFERENCES = {"ownerDBID": "", "switchDBID": "CfgSwitch", "tenantDBID": "CfgTenant", "folderDBID": "CfgFolder"}


class TreeFile:
    """The objects of one file, nested or flat, read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_as: tuple[int, int, int] | None = None
        self._objects: list[_ElementNode] = []

    def select(self, query: str) -> list[Element]:
        """The objects that ``query`` selects, each without the objects in its lists.

        Raises ConfigServerQueryError for a query that is not understood, ExportFileError for a bad file.
        """
        parsed = parse(query)
        return [node.element for node in parsed.select(self.objects())]

    def objects(self) -> list[_ElementNode]:
        """All objects. Raises ExportFileError if the file is missing or not well-formed."""
        try:
            status = self._path.stat()
            seen_as = status.st_mtime_ns, status.st_size, status.st_ino
            if seen_as != self._read_as:
                with open_regular(self._path) as file:
                    root = ElementTree.parse(file).getroot()  # noqa: S314  (the user's own file)
                self._objects = _objects_below(root)
                self._read_as = seen_as
        except OSError as error:
            raise _unusable(self._path, f"the file cannot be read: {error.strerror or error}") from None
        except RecursionError:
            raise _unusable(self._path, "the elements of the file are nested too deeply") from None
        except (ElementTree.ParseError, LookupError, ValueError) as error:  # the latter two: of its encoding
            raise _unusable(self._path, f"the file is not well-formed XML: {error}") from None
        return self._objects


def _unusable(path: Path, message: str) -> ExportFileError:
    return ExportFileError(message, where=str(path), hint="Nothing was started. Name an export file.")


class _ElementNode(Node):
    """An object and its element. fields: its fields, whether attributes or child elements."""

    __slots__ = ("element", "fields")

    def __init__(self, element: Element, kind: str, parent: Node | None) -> None:
        super().__init__(kind, parent)
        self.element = element
        self.fields = dict(element.attrib)

    def scalar(self, name: str) -> str | None:
        return self.fields.get(name)


def _objects_below(root: Element) -> list[_ElementNode]:
    found: list[_ElementNode] = []
    _walk(root, None, found)
    attach_to_owners(found)
    return found


def _walk(element: Element, parent: Node | None, found: list[_ElementNode]) -> None:
    local = _local(element)
    element.tag = local
    if local in KINDS and "linkDBID" not in element.attrib:
        node = _ElementNode(element, local, parent)
        found.append(node)
        _take_scalars(element, node.fields)
        below: Node | None = parent if local == "CfgFolder" else node
    elif local in ANNEX or local == OPTIONS_TAB:
        for inner in element.iter():
            inner.tag = _local(inner)
        return
    else:
        below = Node(local, parent)
    for child in list(element):
        before = len(found)
        _walk(child, below, found)
        if len(found) > before:
            element.remove(child)


def _take_scalars(element: Element, fields: dict[str, str]) -> None:
    """Child elements that are fields become attributes, so that any shape can be made from any other."""
    for child in list(element):
        if _local(child) == WRAPPER:
            fields.update((name, text) for name, text in child.attrib.items() if name not in fields)
            _take_scalars(child, fields)
            element.extend(child)
            element.remove(child)
        elif len(child) == 0 and ("value" in child.attrib or (child.text or "").strip()):
            fields.setdefault(_local(child), child.attrib.get("value") or (child.text or "").strip())
            element.remove(child)
    element.attrib.update(fields)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def answer(objects: Iterable[Element], shape: str) -> bytes:
    """The SOAP answer with ``objects`` in ``shape``: ``a``, ``a-ids`` or ``b``."""
    shown = [_SHAPES[shape](_copied(element)) for element in objects]
    result = ""
    if shown:
        namespace = _SHAPE_B if shape == "b" else ""
        inner = "\n".join(ElementTree.tostring(element, encoding="unicode").strip() for element in shown)
        result = f'<CfgData xmlns="{namespace}">\n{inner}\n</CfgData>'
    body = f'<QueryResponse xmlns="{NAMESPACE}"><result>{result}</result></QueryResponse>'
    return _ENVELOPE.format(body=body).encode()


def fault(error_type: str, description: str) -> bytes:
    """A SOAP 1.1 fault as the contract defines it."""
    body = (
        f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{escape(description)}</faultstring>"
        f'<detail><ConfigurationFault xmlns="{NAMESPACE}"><errorType>{escape(error_type)}</errorType>'
        f"<description>{escape(description)}</description></ConfigurationFault></detail></soap:Fault>"
    )
    return _ENVELOPE.format(body=body).encode()


def _copied(element: Element) -> Element:
    """A copy with attributes of its own; the children are shared, because no shape changes them."""
    copied = Element(element.tag, element.attrib)
    copied.extend(element)
    return copied


def _with_numbers(element: Element) -> Element:
    for name in _REFERENCES:
        if name in element.attrib:
            element.set(name, str(reference(element.get(name))))
    return element


def _with_ids(element: Element) -> Element:
    kind = element.tag
    element.set("id", f"{kind}{element.get('DBID', '')}")
    owner = "CfgSwitch" if kind in OF_A_SWITCH else "CfgTenant"
    for name, prefix in _REFERENCES.items():
        if name in element.attrib:
            element.set(name, f"{prefix or owner}{reference(element.get(name))}")
    return element


def _with_children(element: Element) -> Element:
    """Shape B: every field is a child element, a DN's number has its own name, a group's fields are in CfgGroup."""
    shaped = Element(element.tag)
    fields = SubElement(shaped, WRAPPER) if element.tag == "CfgAgentGroup" else shaped
    own = "switchDBID" if element.tag in OF_A_SWITCH else "tenantDBID"
    number = NUMBER_FIELD.get(element.tag, "name")
    renamed = {"ownerDBID": own} if own not in element.attrib else {}
    if number not in element.attrib:
        renamed["name"] = number
    for name, value in element.attrib.items():
        if name != "id":
            text = str(reference(value)) if name in _REFERENCES else value
            SubElement(fields, renamed.get(name, name), value=text)
    fields.extend(element)
    return shaped


_SHAPES = dict(zip(SHAPES, (_with_numbers, _with_ids, _with_children), strict=True))
