"""A conversation in a terminal: answers apart from everything else, and no model steers it."""

import io

import pytest
from konstruct.chat.terminal import Terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_notice_in_mid_answer_leaves_standard_output_alone() -> None:
    out, err = io.StringIO(), Tty()
    terminal = Terminal(out, err)
    terminal.speak("One, ")
    terminal.say("The line broke.")
    terminal.speak("two", ends=True)
    assert out.getvalue() == "One, two\n"
    assert err.getvalue() == "\nThe line broke.\n"


def test_a_notice_in_mid_answer_has_a_line_of_its_own_where_both_streams_are_one() -> None:
    both = io.StringIO()
    terminal = Terminal(both, both)
    terminal.speak("One, ")
    terminal.say("The line broke.")
    terminal.say("It is there again.")
    terminal.speak("two", ends=True)
    assert both.getvalue() == "One, \nThe line broke.\nIt is there again.\ntwo\n"


def test_an_answer_that_starts_over_does_so_on_a_fresh_line() -> None:
    out = io.StringIO()
    terminal = Terminal(out, io.StringIO())
    terminal.speak("Wro")
    terminal.speak("Right", afresh=True)
    terminal.speak(".", ends=True)
    assert out.getvalue() == "Wro\nRight.\n"


def test_a_model_cannot_steer_a_terminal_and_a_pipe_gets_what_it_said() -> None:
    said = "a\x1b]0;mine\x07b\x9b2J\tc\n"
    screen, pipe = Tty(), io.StringIO()
    Terminal(screen, Tty()).speak(said)
    Terminal(pipe, Tty()).speak(said)
    assert screen.getvalue() == "a]0;mineb2J\tc\n"
    assert pipe.getvalue() == said


def test_on_a_screen_an_answer_begins_with_the_employees_name() -> None:
    screen, pipe = Tty(), io.StringIO()
    for out in (screen, pipe):
        terminal = Terminal(out, io.StringIO(), agent="Ad\u202ea")
        for piece, ends in (
            ("Wro", False),
            ("Right, **r", False),
            ("ight**.", True),
            ("Two", True),
        ):
            terminal.speak(piece, afresh=piece.startswith("Right"), ends=ends)
    name = "Ad\\u202ea"
    assert screen.getvalue() == f"{name}: Wro\n{name}: Right, \x1b[1mright\x1b[0m.\n{name}: Two\n"
    assert pipe.getvalue() == "Wro\nRight, **right**.\nTwo\n"


def test_a_screen_without_colours_shows_what_the_model_wrote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Tty()
    Terminal(screen, Tty(), agent="Ada").speak("It is **so**.", ends=True)
    assert screen.getvalue() == "Ada: It is **so**.\n"


def test_a_sentence_is_harmless_everywhere() -> None:
    err = io.StringIO()
    Terminal(io.StringIO(), err).say("No \x1b]0;x\x07\u202eoN")
    assert err.getvalue() == "No ]0;x\\u202eoN\n"


def test_typing_is_shown_on_a_screen_alone_and_goes_away() -> None:
    screen, log, out = Tty(), io.StringIO(), io.StringIO()
    for err in (screen, log):
        terminal = Terminal(out, err)
        terminal.typing()
        terminal.speak("Hi", ends=True)
    assert screen.getvalue() == "\r\x1b[Ktyping…\r\x1b[K"
    assert log.getvalue() == ""
