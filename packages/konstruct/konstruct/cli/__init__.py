"""The command line: one file per group of commands. Each imports what it needs when it runs.

Promises: what a script reads goes to standard output, everything else to standard error. Exit
codes: 0 done; 1 refused or failed with one plain sentence, or the output could not be written; 2
wrong usage; 130 interrupted. `up` has two of its own: 2 the machine does not allow it, 3 it runs
already. No stream, however closed, full or encoded, ends a command in a stack trace.
"""

__all__ = ["main"]

INTERRUPTED = 130


def main() -> int:
    """Run the command in `sys.argv`; returns its exit code."""
    from shared.environment import keep_ours

    keep_ours()  # before any import that reads the environment
    from konstruct.cli import streams

    streams.prepare()
    try:
        code = _run()
        streams.flush()
    except OSError as error:
        if not streams.is_lost(error):
            raise
        return streams.lost(error)
    return code


def _run() -> int:
    from shared.errors import KonstructError

    from konstruct.cli.app import app
    from konstruct.cli.streams import complain

    try:
        app(prog_name="konstruct")
    except KonstructError as error:
        complain(error.message)
        return 1
    except KeyboardInterrupt:  # outside a command; inside one, typer does the same
        return INTERRUPTED
    except UnicodeError as error:
        complain(f"This is not text in the terminal's encoding ({error}).")
        return 2
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0
