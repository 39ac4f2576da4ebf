"""A line below the end marker belongs, to Asterisk, to the section that our block ends in: it is the site's own."""

from __future__ import annotations

from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site


def test_a_mailbox_below_the_block_stays_the_sites_and_no_later_change_fails_for_it(
    start_asterisk: StartAsterisk, version: int
) -> None:
    asterisk = start_asterisk(version, {})
    site = Site(asterisk.folder, Layer(dns={"1000": {}}), asterisk=asterisk)
    site.settings["siptserver_host"] = "127.0.0.5"
    with site.served():
        site.sync()
        path = site.write("voicemail.conf", site.text("voicemail.conf") + "8000 => 4711,Sales,,,\n")
        number = len(path.read_text().splitlines())
        site.put(Layer(dns={"1000": {"gvm_name": "Ann"}}))
        answer = site.answer("sync")
        assert (answer["exit_code"], answer["changes"]) == (0, {"add": 0, "change": 1, "remove": 0})
        below = [one for one in answer["warnings"] if one["code"] == "lines-below-block"]
        assert [one["where"] for one in below] == [f"{path}, line {number}"]
        assert "[GVMA_AGENTGROUP]" in below[0]["message"]
        assert "4711" not in str(answer)
        assert site.text("voicemail.conf").endswith("8000 => 4711,Sales,,,\n")
        site.put(Layer(dns={"1000": {"gvm_name": "Ann"}, "1001": {}}))
        assert site.answer("sync")["exit_code"] == 0
