"""The command `dao`.

`main` makes sure that the packages beside this one are ours, answers `--help` and `--version` from a static table, and
hands everything else to `dao.cli.frame`. `--json` and `--lang` are read here, because they hold for whatever is said
before a command is known. Nothing heavy is imported before that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dao import __version__

__all__ = ["main"]

_OVERVIEWS: tuple[list[str], ...] = ([], ["-h"], ["--help"])
_NEIGHBOURS = ("chain", "proposals", "governance", "treasury")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `dao` with the arguments of `argv`, or of the process, and give the exit status; no exception leaves."""
    words = list(sys.argv[1:] if argv is None else argv)
    end = _end_of_options(words)
    options, tags = _without_language(words[:end])
    arguments, as_json = options + words[end:], "--json" in options
    try:
        status = _run_in(tags[-1], arguments, as_json=as_json) if tags else _run(arguments, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has seen enough
        _discard_stdout()
        return 0
    return status


def _end_of_options(words: list[str]) -> int:
    """Where no word is an option any more: at a `--`, unless an option takes that for its value."""
    end = words.index("--") if "--" in words else len(words)
    rest = words[end:]
    if not any(word == "--json" or word.startswith("--lang") for word in rest) or _stranger() is not None:
        return end
    from dao.cli.frame import end_of_options

    return end_of_options(words)


def _without_language(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take `--lang TAG` and `--lang=TAG` out of the options: the other words, and the tags."""
    rest: list[str] = []
    tags: list[str] = []
    words = iter(options)
    for word in words:
        if word.startswith("--lang="):
            tags.append(word.removeprefix("--lang="))
        elif word == "--lang":
            tag = next(words, None)
            (rest if tag is None else tags).append(word if tag is None else tag)
        else:
            rest.append(word)
    return rest, tags


def _run_in(tag: str, arguments: list[str], *, as_json: bool) -> int:
    """Run in the language of a tag; one that nobody knows is wrong usage."""
    from dao.sentences import LANGUAGES, language, language_of, sentence, speaking

    asked = language_of(tag)
    if asked is None:
        from dao.cli.answer import USAGE, show_error

        message = sentence("E_USAGE", "lang", {"tag": tag, "known": LANGUAGES}, language())
        return show_error("E_USAGE", message, USAGE, as_json=as_json)
    with speaking(asked):
        return _run(arguments, as_json=as_json)


def _run(arguments: list[str], *, as_json: bool) -> int:
    stranger = _stranger()
    if stranger is not None:
        return _show_stranger(*stranger, as_json=as_json)
    if "_DAO_COMPLETE" in os.environ:
        from dao.cli.workspace.completion import answer_shell

        return answer_shell()
    asked = [argument for argument in arguments if argument != "--json"]
    if asked in _OVERVIEWS:
        from dao.cli.table import overview

        return _show("help", overview(), as_json=as_json)
    if asked == ["--version"]:
        return _show("version", __version__, as_json=as_json)
    from dao.cli.frame import run

    return run(arguments, as_json=as_json)


def _show(name: str, text: str, *, as_json: bool) -> int:
    if as_json:
        from dao.cli.answer import Answer, show

        return show(Answer({name: text}), as_json=True)
    print(text)
    return 0


def _stranger() -> tuple[str, str] | None:
    """Find a package of our generic names that is not the one installed with `dao`: its name, and where it lies.

    Another distribution, or a folder called `chain` in the current directory, may shadow ours; counting votes with
    somebody else's `governance` must not happen.
    """
    from importlib.util import find_spec
    from os.path import dirname, realpath

    home = dirname(dirname(dirname(realpath(__file__))))
    for name in _NEIGHBOURS:
        spec = find_spec(name)
        origin = spec.origin if spec else None
        if origin is None or dirname(dirname(realpath(origin))) != home:
            return name, origin or "nowhere"
    return None


def _show_stranger(package: str, found: str, *, as_json: bool) -> int:
    """Refuse to run beside packages that are not ours, using none of them."""
    from dao.cli.answer import FALSE, show_error
    from dao.sentences import language, sentence

    message = sentence("E_INSTALL", "", {"package": package, "found": found}, language())
    return show_error("E_INSTALL", message, FALSE, as_json=as_json)


def _discard_stdout() -> None:
    """Point stdout at nothing, so that the interpreter does not complain about the closed pipe when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
