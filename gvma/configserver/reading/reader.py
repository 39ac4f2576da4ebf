"""Bytes of an answer or of an export into objects, as a stream; this module opens nothing.

It reads a SOAP envelope or a bare ``CfgData``, and refuses what could use up memory or time: a DTD, deep nesting, a tag
of more than a mebibyte, and answers larger than any site's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from xml.parsers import expat

from gvma.configserver.kinds import KINDS
from gvma.configserver.reading.builder import MAX_DEPTH, ObjectBuilder
from gvma.configserver.reading.inflating import CHUNK
from gvma.configserver.reading.soap_fault import Masked, SoapFault
from gvma.configserver.reading.usual import UsualObjects
from gvma.errors import (
    ConfigServerHostile,
    ConfigServerMalformed,
    ConfigServerTooLarge,
    ConfigServerTruncated,
    ConfigServerWrongRoot,
)
from gvma.garbage import without_garbage_collection
from gvma.secrecy import masked_text

# A million DNs at the usual 500 bytes.
MAX_BYTES = 512 * 1024 * 1024
MAX_TOKEN = 1024 * 1024


_ENDS_EARLY = frozenset(
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)

MakeBuilder = Callable[..., ObjectBuilder]


class AnswerName(NamedTuple):
    """The name of the element in the SOAP body that is the answer, without its namespace.

    by_convention: the WSDL does not fix it, so that another name counts too if the answer has objects.
    """

    name: str
    by_convention: bool = False


def read_answer(  # noqa: PLR0913  (keywords)
    chunks: Iterable[bytes],
    make_builder: MakeBuilder = ObjectBuilder,
    *,
    answer: AnswerName | None = None,
    escaped: bool = False,
    max_bytes: int = MAX_BYTES,
    masked: Masked = masked_text,
) -> ObjectBuilder:
    """The builder, with every object of the answer.

    make_builder: ObjectBuilder, or a partial of it or of a subclass.
    answer: what a SOAP body must contain; None: any element.
    escaped: the answer is XML inside a text of the SOAP envelope (``result = string``).
    max_bytes: after any decompression. masked: takes credentials out of a fault's text.
    Raises ConfigServerMalformed and its kinds, ConfigServerTruncated, ConfigServerFault for a fault in it,
    CredentialsError for a fault that says so.
    """
    document = _Document(make_builder, escaped, masked, answer=answer)
    usual = UsualObjects(document)
    fed = 0
    with without_garbage_collection():
        for chunk in chunks:
            fed += len(chunk)
            if fed > max_bytes:
                usual.end()
                raise ConfigServerTooLarge(f"the answer is larger than {max_bytes} bytes")
            usual.feed(chunk)
            document.check()
        usual.end()
        return document.end()


class _Xml:
    """One expat parser with its limits. encoding: overrides the one that the XML names."""

    def __init__(self, encoding: str | None = None) -> None:
        self.parser = expat.ParserCreate(encoding)
        self.parser.StartDoctypeDeclHandler = self._refuse_dtd
        self.fed = 0

    def parse(self, piece: bytes, last: bool = False) -> None:
        """Raises what the handlers raise, and ConfigServerMalformed, ConfigServerTruncated."""
        self.fed += len(piece)
        try:
            self.parser.Parse(piece, last)
        except expat.ExpatError as error:
            if last and error.code in _ENDS_EARLY:
                raise ConfigServerTruncated("the XML ends before it is complete") from None
            raise ConfigServerMalformed(
                f"the XML is not well-formed at line {error.lineno}, column {error.offset + 1}:"
                f" {expat.ErrorString(error.code)}"
            ) from None
        except (LookupError, ValueError) as error:
            # What Python's codec of the named encoding raises; a KeyError, say, would be our own.
            if type(error) not in (LookupError, ValueError) and not isinstance(error, UnicodeError):
                raise
            raise ConfigServerMalformed("the XML names an unknown encoding") from None

    def check(self) -> None:
        """Raises ConfigServerHostile where a limit was exceeded. To be called after each piece that was received."""
        if self.fed - self.parser.CurrentByteIndex > MAX_TOKEN:
            raise ConfigServerHostile(f"a tag or comment is longer than {MAX_TOKEN} bytes")

    @staticmethod
    def _refuse_dtd(*_: object) -> None:
        raise ConfigServerHostile("the XML has a document type declaration (DTD), which gvma refuses")


class _Document(_Xml):
    """The outer elements of an answer: envelope, body and fault, until the builder takes over."""

    def __init__(
        self,
        make_builder: MakeBuilder,
        escaped: bool,
        masked: Masked = masked_text,
        *,
        answer: AnswerName | None = None,
        encoding: str | None = None,
    ) -> None:
        super().__init__(encoding)
        self._answer = answer
        self._other_answer = ""
        self._make_builder = make_builder
        self._masked = masked
        self.builder: ObjectBuilder | None = None
        self._fault: SoapFault | None = None
        self._inner: _EscapedText | None = None
        self._escaped = escaped
        self._path: list[str] = []
        self._stray_text = False
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def feed(self, piece: bytes, last: bool = False) -> None:
        """Parse, then check."""
        self.parse(piece, last)
        self.check()

    def check(self) -> None:
        """As in _Xml; and the limits of the builder. Raises ConfigServerTooLarge too."""
        super().check()
        if self.builder is not None:
            self.builder.check_size()

    def end(self) -> ObjectBuilder:
        """The answer is complete."""
        self.feed(b"", last=True)
        if self._fault is not None:
            raise self._fault.error()
        builder = self._inner.end() if self._inner is not None else self.builder
        if builder is None:
            raise ConfigServerWrongRoot("the SOAP envelope has no answer in it")
        if self._other_answer and not builder.seen:
            raise self._wrong_answer()
        if self._stray_text and not builder.seen:
            raise ConfigServerWrongRoot(
                "the answer contains text instead of objects",
                hint="Nothing was written. If this server escapes its XML, set result = string.",
            )
        return builder

    def _wrong_answer(self) -> ConfigServerWrongRoot:
        expected = self._answer.name if self._answer is not None else ""
        return ConfigServerWrongRoot(
            f"the answer is of another operation: <{self._other_answer[:60]}> instead of <{expected}>"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._path.append(local)
        if len(self._path) > MAX_DEPTH:
            raise ConfigServerHostile(f"elements are nested more than {MAX_DEPTH} deep")
        if len(self._path) == 1:
            self._start_root(name, attributes)
        elif len(self._path) == 3 and self._path[1] == "Body":
            if local == "Fault":
                self._fault = SoapFault(self.parser, self._masked)
                return
            if self._answer is not None and local != self._answer.name:
                self._other_answer = local
                if not self._answer.by_convention:
                    raise self._wrong_answer()
            if self._escaped:
                self._inner = _EscapedText(self.parser, self._make_builder)
            else:
                self._hand_over(3)

    def _start_root(self, name: str, attributes: dict[str, str]) -> None:
        root = self._path[0]
        if root == "CfgData" or root in KINDS:
            self._hand_over(0).start(name, attributes)
        elif root != "Envelope":
            raise ConfigServerWrongRoot(f"the answer is neither a SOAP envelope nor CfgData, but <{root[:60]}>")

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _hand_over(self, depth: int) -> ObjectBuilder:
        self.parser.CharacterDataHandler = self._text
        self.builder = self._make_builder(self.parser, depth=depth)
        return self.builder

    def _text(self, text: str) -> None:
        if not text.isspace():
            self._stray_text = True
            self.parser.CharacterDataHandler = None


class _EscapedText:
    """XML that is escaped inside a text of the answer: a document of its own."""

    def __init__(self, outer: expat.XMLParserType, make_builder: MakeBuilder) -> None:
        self._make_builder = make_builder
        self._document: _Document | None = None
        self._bare = False
        outer.buffer_text = True
        outer.buffer_size = CHUNK
        outer.CharacterDataHandler = self._text
        outer.StartElementHandler = self._start
        outer.EndElementHandler = None

    def end(self) -> ObjectBuilder:
        """The text is complete; an empty one holds no object."""
        if self._document is None:
            return self._make_builder(expat.ParserCreate())
        if self._bare:
            self._document.feed(b"</CfgData>")
        return self._document.end()

    def _text(self, text: str) -> None:
        if self._document is None:
            text = text.lstrip()
            if not text:
                return
            self._document = _Document(self._make_builder, escaped=False, encoding="utf-8")
            # Several objects without an element around them are not a document yet.
            self._bare = text.startswith("<Cfg") and not text.startswith("<CfgData")
            if self._bare:
                self._document.feed(b"<CfgData>")
        self._document.feed(text.encode())

    @staticmethod
    def _start(name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "CfgData" or local in KINDS:
            raise ConfigServerWrongRoot(
                "the answer contains objects, but result = string expects a text",
                hint="Nothing was written. Set result = xml in [cfgserver].",
            )
