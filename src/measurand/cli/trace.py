"""``measurand trace``: from a result back to what it rests on, with every missing link named."""

from __future__ import annotations

from pathlib import Path

import click

from measurand.cli.output import unicode
from measurand.cli.view import printed
from measurand.document.canonical import plain
from measurand.export.svg.writer import standalone
from measurand.export.trace_svg import chain_picture
from measurand.export.trace_text import gaps, tree
from measurand.lab.atomic import write_file
from measurand.lab.trace import finished, walk
from measurand.lab.trace_data import walk_data
from measurand.lab.trace_reference import shelf
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say


@click.command("trace", help=say("cli.trace.help"))
@click.argument("file", metavar="CERTIFICATE", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help=say("cli.option.public"))
@click.option("--evidence", type=click.Path(path_type=Path), help=say("cli.option.evidence"))
@click.option("--reference", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.references"))
@click.option("--status", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.status"))
@click.option("--authority", multiple=True, type=click.Path(path_type=Path), help=say("cli.option.authority"))
@click.option("--svg", type=click.Path(path_type=Path), help=say("cli.option.svg"))
@click.option("--json", is_flag=True, help=say("cli.option.json"))
def verb(
    file: Path, key: Path | None, evidence: Path | None, reference: tuple[Path, ...], status: tuple[Path, ...],
    authority: tuple[Path, ...], svg: Path | None, json: bool,
) -> int:  # fmt: skip
    """Print the chain of a certificate as a tree, and what it lacks."""
    known = trusted(trust_folder())
    found = walk(file, key=key, trusted=known, status=status, authorities=authority)
    walk_data(found, evidence=evidence, on=shelf(file.parent, reference, key=key, trusted=known))
    chain = finished(found)
    if svg is not None:
        write_file(svg, standalone(chain_picture(chain)).encode())
    if json:
        click.echo(printed({**plain(chain), "exit": chain.exit_code}))
        return chain.exit_code
    click.echo("\n".join([*tree(chain, ascii_only=not unicode()), "", *gaps(chain)]))
    if svg is not None:
        click.echo(say("cli.trace.drawn", file=str(svg)))
    return chain.exit_code
