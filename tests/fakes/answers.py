"""Answers of Configuration Server as text: one object in two shapes, the envelope around it, faults, and a bomb."""

from __future__ import annotations

from functools import partial
from typing import Any

from gvma.configserver.objects import ConfigObject
from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.reader import read_answer

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SHAPE_A = """<CfgData><CfgUpdate><CfgDN id="CfgDN220" DBID="220" ownerDBID="CfgSwitch101" folderDBID="CfgFolder208"
 name="10001" type="1" state="1" routeType="1" registerAll="2" useOverride="1">
  <userProperties>
    <list_pair key="TServer"><str_pair key="gvm_mailbox" value="10001"/></list_pair>
  </userProperties>
</CfgDN></CfgUpdate></CfgData>"""
SHAPE_B = """<CfgData xmlns="urn:x"><CfgDN><DBID value="220"/><switchDBID value="101"/><tenantDBID value="1"/>
<type value="1"/><number value="10001"/><state value="1"/>
<userProperties><list_pair key="TServer"><str_pair key="gvm_mailbox" value="10001"/></list_pair></userProperties>
</CfgDN></CfgData>"""
SHAPE_B_TEXT = """<p:CfgData xmlns:p="urn:x"><p:CfgDN><p:DBID>220</p:DBID><p:switchDBID>CfgSwitch101</p:switchDBID>
<p:type> 1
</p:type><p:number>10001</p:number><p:state>1</p:state>
<p:annex><p:list_pair key="tserver"><p:str_pair key="GVM_Mailbox" value="10001"/></p:list_pair></p:annex>
</p:CfgDN></p:CfgData>"""
# Its end is left to the reader: `]>` and a document.
BOMB = "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
FAULT_11 = f"""<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Client</faultcode>
<faultstring>Query refused</faultstring><detail><ConfigurationFault xmlns="urn:gvma:confserv-soap:1">
<errorType>NoPermission</errorType><description>tenant 7</description></ConfigurationFault></detail>
</s:Fault></s:Body></s:Envelope>"""
FAULT_12 = """<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>
<e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang="en">Query refused</e:Text></e:Reason>
</e:Fault></e:Body></e:Envelope>"""


def in_envelope(inner: str) -> str:
    """A SOAP answer of the contract that gvma speaks."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header><x y="1"/></s:Header><s:Body>'
        f'<QueryResponse xmlns="urn:gvma:confserv-soap:1"><result>{inner}</result></QueryResponse>'
        "</s:Body></s:Envelope>"
    )


def read(text: str | bytes, *, escaped: bool = False, piece: int = 7, **options: Any) -> list[ConfigObject]:
    """The objects of an answer that comes in pieces of so many bytes."""
    content = text.encode() if isinstance(text, str) else text
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    return read_answer(pieces, partial(ObjectBuilder, **options), escaped=escaped).objects


def section(pairs: str, name: str = "TServer") -> str:
    """An annex with one section."""
    return f'<userProperties><list_pair key="{name}">{pairs}</list_pair></userProperties>'
