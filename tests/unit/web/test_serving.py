"""Where the pages are served from: what cannot be listened on is said in one sentence."""

from __future__ import annotations

import pytest
from flask import Flask

from gvma.errors import SettingsError
from gvma.web.serving import Serving


@pytest.mark.parametrize("host", ["pbx..example.net", "zo\u00eb..example.net", "\u00e9" * 70, "a" * 64])
def test_a_host_that_is_no_name_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="cannot listen there: ") as refused:
        Serving(Flask("pages"), host, 0)
    assert refused.value.where == f"{host} port 0"
    assert refused.value.hint.startswith("Nothing is served.")


def test_an_address_of_another_host_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot listen there: Cannot assign requested address"):
        Serving(Flask("pages"), "192.0.2.1", 0)
