"""``gvma switch``: what a switch of the manual needs, filled in with the site's values; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.display.findings import one_line
from gvma.cli.switch_site import Site
from gvma.errors import UsageError
from gvma.printable import printable
from gvma.switches.guides import GUIDES, Guide, guide_of

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.switches.choices import Choice, Values


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names that a shell may complete."""
    return [name for name in GUIDES if incomplete in name]


@click.group(
    "switch",
    epilog=exits.help_ending(
        "gvma switch list",
        "gvma switch checklist openscape-voice",
        "gvma switch objects asterisk --set contact=10.0.0.5:5060 --format xml",
        "gvma switch device cisco-mgc --set line=t1-pri",
    ),
)
def command() -> None:
    """Print what a switch needs: steps, objects of Configuration Server, text for the device.

    NAME is one of those that `gvma switch list` shows, or a part that only one of them has, such as cisco. No settings
    file is needed; where there is one, its values are filled in. Changes nothing.
    """


@command.command("list", epilog=exits.help_ending("gvma switch list"))
@click.pass_obj
def list_command(invocation: Invocation) -> None:
    """List the six switches of the manual."""
    from gvma.switches.tables import switches  # noqa: PLC0415  (start-up)

    named = [(guide, switches()[guide.id]) for guide in GUIDES.values()]
    invocation.output.result(
        "switch list",
        "ok",
        switches=[
            {"name": guide.id, "title": switch.name, "chapter": guide.chapter, "device": guide.device}
            for guide, switch in named
        ],
    )
    invocation.output.table(
        [(guide.id, switch.name, str(guide.chapter), guide.device) for guide, switch in named],
        ("NAME", "SWITCH", "CHAPTER", "DEVICE TEXT"),
    )


@command.command("checklist", epilog=exits.help_ending("gvma switch checklist f5-bigip-ltm", exits=(exits.SETTINGS,)))
@click.argument("name", shell_complete=_names)
@click.pass_obj
def checklist_command(invocation: Invocation, name: str) -> None:
    """Print a chapter's steps in their order, with the site's values.

    Where Configuration Server can be asked, each step whose objects `gvma check` knows shows what it says: [ok], [!!]
    wrong, [--] missing.
    """
    from gvma.switches.steps import NOT_VERIFIED, checklist_lines  # noqa: PLC0415  (start-up)

    guide, site, output = guide_of(name), Site(invocation), invocation.output
    values = site.values(guide, guide.choices)
    verified, not_asked = site.verified(guide)
    output.result(
        "switch checklist",
        "ok",
        name=guide.id,
        steps=[
            {
                "title": step.title,
                "where": step.where,
                "to_do": step.instruction(values.values),
                "lines": list(step.lines),
                "status": (result := verified.get(step.verifies, NOT_VERIFIED)).status or None,
                "message": result.message or None,
            }
            for step in guide.steps
        ],
        not_asked=not_asked or None,
    )
    for line in checklist_lines(guide.steps, values.values, verified):
        output.line(one_line(line))
    if not_asked and not output.quiet:
        output.line(one_line(f"Not verified: {not_asked}."))


@command.command(
    "objects",
    epilog=exits.help_ending(
        "gvma switch objects asterisk --set contact=10.0.0.5:5060",
        "gvma switch objects f5-bigip-ltm --format xml",
        "gvma switch objects broadworks --set users=2001-2060",
        exits=(exits.SETTINGS,),
    ),
)
@click.argument("name", shell_complete=_names)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "xml"]),
    default="text",
    show_default=True,
    help="Lines for Configuration Manager, or an export that `gvma confserv simulate` serves.",
)
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="Another value; `values` in JSON has the keys."
)
@click.pass_obj
def objects_command(invocation: Invocation, name: str, form: str, given: tuple[str, ...]) -> None:
    """Print the DNs and Application options that a chapter asks for.

    The address of this Asterisk (contact) comes from --set, else from Asterisk over AMI, else a placeholder stands
    there that `gvma check` names.
    """
    from gvma.switches.objects import as_lines, as_xml  # noqa: PLC0415  (start-up)

    guide, site, output = guide_of(name), Site(invocation), invocation.output
    values = site.values(guide, guide.object_choices, given)
    objects = [*guide.objects(values)]
    xml = as_xml(objects, site.place, _remarks(guide, values)) if form == "xml" else ""
    output.result(
        "switch objects",
        "ok",
        name=guide.id,
        objects=[one.as_json() for one in objects],
        values=dict(values.values),
        origins=dict(values.origins),
        **({"text": xml} if xml else {}),
    )
    if xml:
        output.line(xml)
        return
    for line in as_lines(objects) + ([] if output.quiet else _remarks(guide, values)):
        output.line(printable(line))


def _remarks(guide: Guide, values: Values) -> list[str]:
    """What whoever reads the objects has to know."""
    examples = [
        key for key, origin in values.origins.items() if origin == "example" and values[key] and "<" not in values[key]
    ]
    lines = [
        f"Made by gvma switch objects {guide.id}.",
        f"With switch_profile = {guide.id} gvma check compares them with the site's.",
    ]
    if any("<" in value for value in values.values.values()):
        lines.append("The address of this Asterisk is not known: set contact, or have AMI answer.")
    if examples:
        lines.append(f"Examples, not the site's values: {', '.join(examples)}.")
    return lines


class _Devices(click.Group):
    """One command for each device, by its name or a part of it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, guide_of(cmd_name).id)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        found = guide_of(args[0])
        return found.id, self.commands[found.id], args[1:]


@command.group("device", cls=_Devices, epilog=exits.help_ending("gvma switch device cisco-mgc --set line=e1"))
def device_group() -> None:
    """Print the text for a device, with the site's values.

    `gvma switch device cisco-mgc --help` lists the values of that device.
    """


def _device_command(guide: Guide) -> click.Command:
    @click.command(guide.id, epilog=_listed(guide), help=f"Print the {guide.device}.")
    @click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="Another value than below.")
    @click.pass_obj
    def device_command(invocation: Invocation, given: tuple[str, ...]) -> None:
        site = Site(invocation)
        values = site.values(guide, guide.device_choices, given)
        lines = [*guide.text(values)]
        if any(not line.isprintable() for line in lines):
            raise UsageError("a value has a character that cannot be printed", hint="Nothing was changed.")
        invocation.output.result(
            "switch device",
            "ok",
            name=guide.id,
            text="\n".join(lines) + "\n",
            values=dict(values.values),
            origins=dict(values.origins),
            corrections=[one.sentence for one in guide.corrections],
        )
        invocation.output.line("\n".join(lines))

    return device_command


def _listed(guide: Guide) -> str:
    """The values, as ``--help`` shows them."""
    ending = exits.help_ending(f"gvma switch device {guide.id}", exits=(exits.SETTINGS,))
    lines = ["\b", "Values:", *(f"  {_row(choice)}" for choice in guide.device_choices), ""]
    return "\n".join(lines) + "\n" + ending


def _row(choice: Choice) -> str:
    source = f"manual {choice.line}" if choice.line else "an example"
    default = f"{choice.key}={choice.default}"
    return f"{default:<36} {choice.meaning} ({source})"


for _guide in GUIDES.values():
    device_group.add_command(_device_command(_guide))
