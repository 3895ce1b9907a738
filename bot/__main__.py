"""The command line: ``protocol-bot``. A plain sentence and an exit code for every mistake, never a traceback.

Exit codes: 0 done, 1 a failure, 2 bad arguments or input, 3 a question declined or nothing named.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from bot import logs
from bot.errors import ConfigurationError, InputError, ProtocolBotError
from bot.settings import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

log = structlog.get_logger()

FAILED, BAD_INPUT = 1, 2

FAMILIES = (
    "protocol_commands",
    "check_command",
    "import_commands",
    "rule_commands",
    "people_commands",
    "register_commands",
    "review_commands",
    "enquiry_commands",
    "server_commands",
)
"""The modules of :mod:`bot.commands`, in the order in which ``--help`` shows them."""

AT_ONCE = {
    "ask": "protocol_commands",
    "protocols": "protocol_commands",
    "check": "check_command",
    "deadline": "rule_commands",
    "route": "rule_commands",
}
"""Commands that people wait for and that need no database: only their own module is loaded."""


def make_app(families: Sequence[str] = FAMILIES) -> typer.Typer:
    """The command line with these families of commands."""
    app = typer.Typer(
        name="protocol-bot",
        help="A council's member/officer protocol, where councillors and officers work.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for family in families:
        import_module(f"bot.commands.{family}").add_to(app)
    return app


def _options(
    log_level: Annotated[str, typer.Option(envvar="LOG_LEVEL", help="How much is logged.")] = "WARNING",
) -> None:
    if log_level.upper() not in LEVELS:
        raise InputError(f"“{log_level}” is no log level. Use one of {', '.join(LEVELS)}.")
    logs.set_up(log_level)


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    known = AT_ONCE.get(arguments[0]) if arguments else None
    try:
        app = make_app([known] if known else FAMILIES)
        code = app(arguments, prog_name="protocol-bot", standalone_mode=False)
    except (InputError, ConfigurationError) as error:
        return _say(str(error), BAD_INPUT)
    except ProtocolBotError as error:
        return _say(str(error), FAILED)
    except typer.Abort:
        return _say("Stopped.", FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except Exception as error:  # a traceback helps nobody at a council
        message = getattr(error, "format_message", None)
        if message is not None:  # the command-line library's own usage errors; without words where it showed the help
            what = message().rstrip(".") or "Say which command"
            return _say(f"{what}. Try “protocol-bot --help”.", BAD_INPUT)
        log.debug("command.failed", exc_info=error)
        return _say(
            f"Something unexpected went wrong ({type(error).__name__}). Set LOG_LEVEL=DEBUG and try again.", FAILED
        )
    return code if isinstance(code, int) else 0


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    main()
