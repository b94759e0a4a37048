"""The frame around every command: words to module, options to arguments, exceptions to exit statuses.

Built on Typer, with two changes: a command's module is imported when the command is named, never to list it, and help
is plain text. With `--json` everything a command prints goes to stderr, so that stdout holds the one document and
nothing else. What a command means is its own module's business.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from chain.errors import CodedError, UncheckableError
from dao.cli.answer import BUG, FALSE, INTERRUPTED, UNCHECKED, USAGE, Answer, show, show_error
from dao.cli.table import BARE, COMMANDS, GROUPS, NAMING, overview
from dao.errors import UsageError
from dao.sentences import escape, language, sentence

if TYPE_CHECKING:
    from typer import _click as click

_CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


class CommandWithExamples(TyperCommand):
    """A Typer command whose `--help` ends with examples, kept line by line."""

    examples: tuple[str, ...] = ()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {example}\n" for example in self.examples))


class Group(TyperGroup):
    """The commands below some first words; listing them reads the table and imports nothing."""

    def __init__(self, words: str = "") -> None:
        super().__init__(
            name=words or "dao",
            commands=cast("Any", _Shelf(words)),
            help=GROUPS.get(words),
            context_settings=_CONTEXT,
            rich_markup_mode=None,
            no_args_is_help=True,
            params=_shared_options(),
            subcommand_metavar="COMMAND [OPTIONS]",
            options_metavar="",
        )
        self.words = words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take options without a command as those of the group's bare command, where it has one; so with a name."""
        is_bare = not args or (args[0].startswith("-") and args[0] not in _CONTEXT["help_option_names"])
        is_bare |= bool(args) and self.words in NAMING and args[0][:1] != "-" and args[0] not in self.commands
        if self.words in BARE and is_bare:
            args = [BARE[self.words], *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview at the root, and Typer's layout below it."""
        if self.words:
            super().format_help(ctx, formatter)
        else:
            formatter.write(overview() + "\n")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Offer the group's next words with their sentences; Typer offers the options."""
        from typer._click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        told = {**GROUPS, **{row.words: row.sentence for row in COMMANDS}}
        names = [name for name in self.commands if name.startswith(incomplete)]
        return [CompletionItem(name, help=told[f"{self.words} {name}".strip()]) for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the group's commands with their sentences of the table."""
        with formatter.section("Commands"):
            start = f"{self.words} "
            rows = [(row.words.removeprefix(start), row.sentence) for row in COMMANDS if row.words.startswith(start)]
            formatter.write_dl(rows)


class _Shelf(Mapping[str, "click.Command"]):
    """The next words after some first words, each loading its command only when it is taken."""

    def __init__(self, words: str) -> None:
        start = words.split()
        found = [row.words.split() for row in COMMANDS]
        self._start = start
        self._names = dict.fromkeys(name[len(start)] for name in found if name[: len(start)] == start and name != start)

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._names:
            raise KeyError(name)
        words = " ".join([*self._start, name])
        return Group(words) if words in GROUPS else load(words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def load(words: str) -> click.Command:
    """Import the module of the command spelled `words` and make its function a Typer command."""
    (row,) = (row for row in COMMANDS if row.words == words)
    module = import_module(row.module)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name=words.rpartition(" ")[2], cls=CommandWithExamples, context_settings=_CONTEXT)(module.command)
    command = get_command(app)
    assert isinstance(command, CommandWithExamples), "a function makes a command, not a group"
    command.examples = module.EXAMPLES
    command.params.extend(_shared_options())
    return command


def end_of_options(arguments: Sequence[str]) -> int:
    """Find the `--` behind which no word is an option; one that an option takes for its value is not it."""
    named = [word for word in arguments if not word.startswith("-")]
    asked = {" ".join(named[:2]), *named[:1], *(f"{name} {BARE[name]}" for name in named[:1] if name in BARE)}
    rows = [row.words for row in COMMANDS if row.words in asked]
    params = load(max(rows, key=len)).params if rows else []
    taking = {name for param in params if not getattr(param, "is_flag", True) for name in param.opts}
    is_value = False
    for place, word in enumerate(arguments):
        if word == "--" and not is_value:
            return place
        is_value = not is_value and word in taking
    return len(arguments)


def run(arguments: Sequence[str], *, as_json: bool) -> int:
    """Run the command that `arguments` name and give its exit status; only a closed stdout is left to the caller."""
    try:
        return show(_call(arguments, as_json=as_json), as_json=as_json)
    except typer.TyperException as error:
        return _show_usage(error, as_json=as_json)
    except CodedError as error:
        message = sentence(error.code, error.reason, error.facts, language())
        return show_error(error.code, message, status_of(error), as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        message = sentence("E_INTERRUPTED", "", {}, language())
        return show_error("E_INTERRUPTED", message, INTERRUPTED, as_json=as_json)
    except BrokenPipeError:
        raise
    except SystemExit as error:  # Typer's own way out of a closed pipe and of shell completion
        if as_json or not isinstance(error.code, int):
            return _show_bug(error, as_json=as_json)
        return error.code
    except Exception as error:
        return _show_bug(error, as_json=as_json)


def status_of(error: CodedError) -> int:
    """Say which exit status a refusal has."""
    if isinstance(error, UsageError):
        return USAGE
    return UNCHECKED if isinstance(error, UncheckableError) else FALSE


def _call(arguments: Sequence[str], *, as_json: bool) -> Answer:
    """Let Typer parse and call. Text printed on the way goes to stderr with `--json`; help becomes the document."""
    with contextlib.ExitStack() as stack:
        helping = io.StringIO() if as_json and {"-h", "--help"} & set(arguments) else None
        if as_json:
            stack.enter_context(contextlib.redirect_stdout(helping or sys.stderr))
        outcome = Group().main(args=list(arguments), prog_name="dao", standalone_mode=False)
    if isinstance(outcome, Answer):
        return outcome
    if outcome == INTERRUPTED:
        raise KeyboardInterrupt
    return Answer({"help": helping.getvalue() if helping else ""})


def _shared_options() -> list[Any]:
    """Make the options that every command has, which `dao.cli.main` has already read when the command is called."""

    def carrier(
        *,
        json: Annotated[
            bool, typer.Option("--json", help="Answer with one JSON document on stdout.", expose_value=False)
        ] = False,
        lang: Annotated[
            str,
            typer.Option(
                "--lang",
                help="Language: en, zh-Hant or zh-Hans.",
                metavar="TAG",
                show_default=False,
                expose_value=False,
            ),
        ] = "",
    ) -> None:
        del json, lang

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(carrier)
    return get_command(app).params[:2]


def _show_usage(error: typer.TyperException, *, as_json: bool) -> int:
    """Tell what was wrong with the command line; a group without a command shows its help."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "dao"
    told = error.format_message()
    if told.startswith("Usage: ") and not as_json:
        print(told, file=sys.stderr)
        return USAGE
    problem = f"{path} needs a command" if told.startswith("Usage: ") else escape(told)
    problem = problem if problem.endswith("?") else problem.rstrip(".") + "."
    message = sentence("E_USAGE", "", {"problem": problem, "help": f"{path} --help"}, language())
    return show_error("E_USAGE", message, USAGE, as_json=as_json)


def _show_bug(error: BaseException, *, as_json: bool) -> int:
    """Own up to a bug in one sentence. The exception's message stays unsaid: it may hold a key or a node's address."""
    if os.environ.get("DAO_DEBUG") == "1":
        import traceback

        print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr)
    message = sentence("E_BUG", "", {"kind": type(error).__name__}, language())
    return show_error("E_BUG", message, BUG, as_json=as_json)
