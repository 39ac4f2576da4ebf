"""``dialplan show`` as the consoles of Asterisk 16 and 22 print it."""

from __future__ import annotations

from gvma.ami.console.dialplan_show import includes_shown, patterns_shown

SHOWN = """\
[ Context 'GVMA_ROUTING' created by 'pbx_config' ]
  '2001' (CID match '5551') => 1. NoOp()                               [extensions.conf:30]
  '2001' =>         hint: PJSIP/2001                                   [extensions.conf:12]
                    1. Dial(PJSIP/2001,60)                             [extensions.conf:13]
                    2. NoOp('2002' =>)                                 [extensions.conf:14]
  '_0.' =>          1. Dial(PJSIP/${EXTEN:1}@gwsim)                    [pbx_config]

[ Context 'default' created by 'pbx_config' ]
  Include =>        'GVMA'                                             [pbx_config]
  Include =>        'night,18:00-08:00,*,*,*'                          [pbx_ael]

-= 3 extensions (5 priorities) in 2 contexts. =-
"""


def test_patterns_are_those_of_their_context() -> None:
    assert patterns_shown(SHOWN.splitlines()) == {"GVMA_ROUTING": {"2001", "_0."}, "default": set()}


def test_includes_are_read_with_who_registered_them() -> None:
    assert list(includes_shown(SHOWN.splitlines())) == [
        ("default", "GVMA", "pbx_config"),
        ("default", "night", "pbx_ael"),
    ]
