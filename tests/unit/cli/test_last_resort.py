"""A record of logging that no log takes reaches nobody, whoever imports logging, and whenever."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SETTLED = "from gvma.cli.last_resort import write_nothing\nwrite_nothing()\n"


def stderr_of(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr


def test_python_itself_would_show_it() -> None:
    assert "PIN 86420" in stderr_of("import logging\nlogging.getLogger('a.library').error('PIN 86420')")


@pytest.mark.parametrize("before", ["", "import logging\n", "import asyncio\n"], ids=["later", "before", "a library"])
def test_no_record_reaches_stderr(before: str) -> None:
    code = "import logging\nlogging.getLogger('a.library').error('PIN 86420')\n"
    assert stderr_of(before + _SETTLED + code) == ""
    assert stderr_of(before + _SETTLED + _SETTLED + "import asyncio, logging.handlers\n" + code) == ""


def test_logging_is_otherwise_pythons_own() -> None:
    code = (
        "import inspect, logging, logging.config, sys\n"
        "assert sys.modules['logging'] is logging is logging.handlers.logging\n"
        "assert 'def getLogger' in inspect.getsource(logging)\n"
        "logging.basicConfig(stream=sys.stderr)\n"
        "logging.error('shown')\n"
    )
    assert stderr_of(_SETTLED + code).strip() == "ERROR:root:shown"


def test_a_command_line_settles_it() -> None:
    code = (
        "from gvma.cli.main import main\ntry:\n    main(['netann', 'parse', 'sip:annc@h;play=a'])\nexcept SystemExit:\n"
    )
    code += "    import logging\n    logging.getLogger('a.library').error('PIN 86420')\n"
    assert stderr_of(code) == ""
