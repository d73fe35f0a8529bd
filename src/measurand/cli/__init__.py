"""The command line: verbs that are loaded when they are called, and exit codes that mean something.

0 conforming, 1 non-conforming, 2 usage, 3 inconclusive, 4 invalid, 5 internal, 130 interrupted.
"""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from measurand.errors import MeasurandError
from measurand.message import say

EVERYDAY = ("demo", "init", "check", "measure", "certify", "verify", "show")
MORE = (
    "import", "evaluate", "study", "compare", "round", "list", "explain", "doctor", "export", "archive", "seal",
    "stamp", "withdraw", "trace", "crosswalk", "rule", "key", "disclose", "reference", "selftest", "completion",
)  # fmt: skip

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Of linear algebra: the number of processors may change no digit, and sums of vectors gain nothing from several."""
USAGE, INTERNAL, INTERRUPTED = 2, 5, 130
ENVIRONMENT = frozenset({"M0709"})
"""Findings that blame the disk: nothing that was asked for was wrong."""


class Verbs(click.Group):
    """The group of all verbs: each is the file of its name in this package and is loaded only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all verbs."""
        return [*EVERYDAY, *MORE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of a name."""
        if cmd_name not in (*EVERYDAY, *MORE):
            return None
        verb: click.Command = import_module(f"measurand.cli.{cmd_name}").verb
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The everyday verbs, then the others; no verb's file is loaded for it."""
        for heading, names in (("cli.everyday", EVERYDAY), ("cli.more", MORE)):
            with formatter.section(say(heading)):
                formatter.write_dl([(name, say(f"cli.{name}")) for name in names])


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    help=say("cli.help"),
    epilog=say("cli.epilog"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--no-color", is_flag=True, help=say("cli.option.no_color"))
@click.version_option(package_name="measurand", message="%(prog)s %(version)s")
@click.pass_context
def verbs(ctx: click.Context, no_color: bool) -> None:
    """Show the verbs when none is given."""
    if no_color:
        os.environ["NO_COLOR"] = "1"
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; nothing is raised, whatever happens."""
    given = [*(sys.argv[1:] if arguments is None else arguments)]  # the verb of that name hides ``list``
    for name, threads in ONE_THREAD.items():  # before numpy is loaded; who has set it, decides
        os.environ.setdefault(name, threads)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = verbs.main(given, prog_name="measurand", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("cli.interrupted", command=again(given)), err=True)
        return INTERRUPTED
    except click.ClickException as problem:
        problem.show()
        return USAGE
    except MeasurandError as problem:
        import_module("measurand.cli.fault").show(problem, json="--json" in given)
        return INTERNAL if {finding.code for finding in problem.findings} & ENVIRONMENT else problem.exit_code
    except BrokenPipeError:
        return _unread()
    except Exception as problem:  # noqa: BLE001 - an uncaught one would end with 1, which reads as non-conforming
        if os.environ.get("MEASURAND_DEBUG"):
            traceback.print_exc()
        what = f"{type(problem).__name__}: {problem}".strip().splitlines()[0]
        click.echo(say("cli.internal", problem=what[:300]), err=True)
        return INTERNAL


def again(given: Sequence[str]) -> str:
    """The command that resumes what was interrupted.

    >>> again(["measure", "--fresh", "my file.toml"])
    "measurand measure 'my file.toml'"
    """
    return shlex.join(["measurand", *(word for word in given if word not in ("--fresh", "--extend"))])


def _unread() -> int:
    """The reader of our output has gone: end without a word, and leave nothing for the interpreter to flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return INTERNAL
