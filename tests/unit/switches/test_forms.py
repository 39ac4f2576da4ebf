"""The forms of what a person gives: what is printed into a device's text is exactly of them."""

from __future__ import annotations

import pytest

from gvma.switches import forms
from gvma.switches.forms import Form


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (forms.digits, "2001"),
        (forms.controller, "0/2/0"),
        (forms.numbers, "+2001,2010-2019"),
        (forms.contact, "192.0.2.8:5060"),
    ],
)
def test_digits_are_those_that_a_device_reads(form: Form, text: str) -> None:
    assert form(text) == text
    arabic = text.translate({ord("2"): "\u0662", ord("5"): "\u0665"})
    with pytest.raises(ValueError, match="must be"):
        form(arabic)
