"""Objects by the options that they have."""

from __future__ import annotations

from gvma.configserver.objects import ConfigObject, having, names_of_options
from gvma.configserver.reading.usual_object import UsualObject

PLAIN = ConfigObject("CfgDN", 1, "1000", options={"contact": "10.0.0.5", "gvm_name": "Anne"})
BARE = ConfigObject("CfgDN", 2, "1001")
USUAL = UsualObject(("CfgDN", 3, "1002", 1, 1, 0), ("gvm_name", "prefix"), "Bob\x0037")


def test_objects_that_have_one_of_some_options_keep_their_order() -> None:
    assert having((USUAL, BARE, PLAIN), "gvm_name") == [USUAL, PLAIN]
    assert having((USUAL, BARE, PLAIN), "prefix", "contact") == [USUAL, PLAIN]
    assert having((PLAIN, BARE, USUAL), "prefix") == [USUAL]
    assert having((PLAIN, BARE, USUAL), "mwi-host") == []
    assert having((PLAIN, BARE, USUAL)) == []


def test_the_names_of_options_are_those_of_all_objects() -> None:
    assert names_of_options((PLAIN, BARE, USUAL)) == {"contact", "gvm_name", "prefix"}
    assert names_of_options(()) == frozenset()
