"""``gvma sync`` and odd objects: what is left out, what is read, and who is named."""

from __future__ import annotations

from tests.harness.layer import Layer
from tests.harness.site import Site


def dn(dbid: int, rest: str, annex: str = "") -> str:
    properties = f"<userProperties>{annex}</userProperties>" if annex else ""
    return f"<CfgDN DBID='{dbid}' ownerDBID='101' {rest} state='1'>{properties}</CfgDN>"


def section(*pairs: tuple[str, str], name: str = "TServer", kind: str = "str_pair") -> str:
    inside = "".join(f"<{kind} key='{key}' value='{value}'/>" for key, value in pairs)
    return f"<list_pair key='{name}'>{inside}</list_pair>"


def test_odd_objects_are_left_out_or_read_and_each_is_named(site: Site) -> None:
    objects = [
        dn(11, "name='' type='1'"),
        dn(12, "type='1'"),
        dn(13, "name='61013' type='1'", section(("gvm_name", "First")) + section(("gvm_name", "Second"))),
        dn(14, "name='61014' type='1'", section(("gvm_name", "A")) + section(("gvm_email", "a@b.example"))),
        dn(15, "name='61015' type='CfgExtension'"),
        dn(16, "name='61016' type='99'"),
        dn(17, "name='61017' type='1'", section(("gvm_password", "2468"), kind="int_pair")),
        dn(18, "name='61018' type='1'", "<list_pair key='TServer'><str_pair key='gvm_name'/></list_pair>"),
        dn(19, "name='61019' type='1' colour='green'", "<surprise/>"),
        dn(20, "name='61020' type='1'", f"<list_pair key='TServer'>{section(('gvm_name', 'Nested'))}</list_pair>"),
        dn(21, "name='61021' type='1'", section(("gvm_name", "Off"), name="#TServer")),
        dn(22, "name='61022' type='1'", section(("gvm_name", "Zo&#xEB; &#x1F4DE;; x"))),
        dn(23, "name='61013' type='1'", section(("gvm_name", "Third"))),
        dn(24, "name='../24' type='1'"),
        dn(25, "name='61025' type='1'", section(("gvm_name", "a&#10;[general]"))),
    ]
    site.cfgserver.update(dnquery="CfgDN", agentquery="", agentgroupquery="")
    site.tree.write_text(f"<CfgData>{''.join(objects)}</CfgData>", "utf-8")
    done = site.gvma("sync", *site.from_tree)
    assert done.status == 0, done.stderr
    lines = (site.etc / "voicemail.conf").read_text().splitlines()
    boxes = [line for line in lines if line.startswith("61")]
    assert boxes == [
        "61013 => 61013,First,,,",
        "61014 => 61014,A,a@b.example,,",
        "61015 => 61015,61015,,,",
        "61016 => 61016,61016,,,",
        "61017 => 2468,61017,,,",
        "61018 => 61018,61018,,,",
        "61019 => 61019,61019,,,",
        "61020 => 61020,61020,,,",
        "61021 => 61021,61021,,,",
        "61022 => 61022,Zo\u00eb \U0001f4de\\; x,,,",
    ]
    for named in ("11", "12", "61013", "../24", "61025"):
        assert any(named in line.partition(": ")[2] for line in done.stderr.splitlines()), (named, done.stderr)
    assert "Traceback" not in done.stderr


def test_objects_in_any_order_give_the_same_bytes(site: Site) -> None:
    numbers = ("7", "10", "+4989", "0010", "9", "100", "a1")
    site.cfgserver.update(dnquery="CfgDN", agentquery="", agentgroupquery="")
    for order in (numbers, tuple(reversed(numbers))):
        objects = "".join(dn(100 + numbers.index(number), f"name='{number}' type='1'") for number in order)
        site.tree.write_text(f"<CfgData>{objects}</CfgData>", "utf-8")
        done = site.sync()
    assert done.stdout == ""


def test_objects_that_lost_their_number_keep_what_they_had_and_are_named(site: Site) -> None:
    site.cfgserver.update(dnquery="CfgDN", agentquery="", agentgroupquery="")
    site.put(Layer(dns={str(number): {} for number in range(61000, 61010)}))
    site.sync()
    before = site.everything(site.etc)
    text = site.tree.read_text()
    for number in range(61000, 61010):
        text = text.replace(f' number="{number}"', "")
    site.tree.write_text(text)
    done = site.gvma("sync", *site.from_tree)
    assert (done.status, done.stdout) == (0, "")
    assert site.everything(site.etc) == before
    assert done.stderr.count("its number is missing") == 10
