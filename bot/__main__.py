"""The command line: ``protocol-bot``. A plain sentence and an exit code for every mistake, never a traceback.

Exit codes: 0 done, 1 a failure, 2 bad arguments or input, 3 a question declined or nothing named.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot import logs
from bot.commands import (
    check_command,
    enquiry_commands,
    import_commands,
    people_commands,
    protocol_commands,
    register_commands,
    review_commands,
    rule_commands,
    server_commands,
)
from bot.errors import ConfigurationError, InputError, ProtocolBotError

FAILED, BAD_INPUT = 1, 2

app = typer.Typer(
    name="protocol-bot",
    help="A council's member/officer protocol, where councillors and officers work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options(
    log_level: Annotated[str, typer.Option(envvar="LOG_LEVEL", help="How much is logged.")] = "WARNING",
) -> None:
    logs.set_up(log_level)


protocol_commands.add_to(app)
check_command.add_to(app)
import_commands.add_to(app)
rule_commands.add_to(app)
people_commands.add_to(app)
register_commands.add_to(app)
review_commands.add_to(app)
enquiry_commands.add_to(app)
server_commands.add_to(app)


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
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
    except Exception as error:  # noqa: BLE001 - a traceback helps nobody at a council
        message = getattr(error, "format_message", None)
        if message is not None:  # the command-line library's own usage errors
            return _say(f"{message().rstrip('.')}. Try “protocol-bot --help”.", BAD_INPUT)
        return _say(
            f"Something unexpected went wrong ({type(error).__name__}). Set LOG_LEVEL=DEBUG and try again.", FAILED
        )
    return code if isinstance(code, int) else 0


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    main()
