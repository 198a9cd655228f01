"""Everything that can go wrong because of what a person typed, wrote or chose.

StudyError                  exit code 1: could not do it
├── DeckError               a deck file cannot be read at all
├── StoreError              the review log cannot be opened or written
├── DrawError               an exercise found no question that passes its guards
└── UsageError              exit code 2: the command itself asks for something that is not there
    ├── ArgumentError       numbers the engine cannot use: names the argument, what it is and what it has to be
    ├── UnknownName         a deck, topic or exercise that does not exist; says which come near
    ├── ReplayError         a replay code that is malformed or belongs to another version
    └── UnreadableLine      a piped answer that cannot be read; says which line

Unreadable                  a typed answer that cannot be read: asked again, never counted (not a StudyError:
                            it never ends a program)
Interrupted                 Ctrl-C: exit code 130

Each message says what is wrong, where, and what to write instead; `cli.main` prints it and sets the exit code.
"""

from collections.abc import Iterable

EXIT_DONE = 0
EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class StudyError(Exception):
    exit_code = EXIT_FAILURE


class DeckError(StudyError):
    pass


class StoreError(StudyError):
    pass


class DrawError(StudyError):
    pass


class UsageError(StudyError):
    exit_code = EXIT_USAGE


class ArgumentError(UsageError, ValueError):
    pass


class UnknownName(UsageError):
    def __init__(self, what: str, name: str, known: Iterable[str], lists: str = "") -> None:
        """`lists` says where all names are listed, where they are too many for one message."""
        super().__init__(f'no {what} is called "{name}". {nearest(name, known, lists=lists)}')


def known(what: str, name: str, names: Iterable[str]) -> str:
    """`name` itself where it is one of `names`; raises UnknownName, with the nearest ones, where it is not."""
    names = tuple(names)
    if name not in names:
        raise UnknownName(what, name, names)
    return name


class ReplayError(UsageError):
    pass


class UnreadableLine(UsageError):
    pass


class Unreadable(Exception):
    """The answer could not be read. The message names the place and shows how to type it."""


class Interrupted(Exception):
    """Raised with what a learner has to know: that everything is saved."""


def nearest(name: str, known: Iterable[str], most: int = 3, lists: str = "") -> str:
    """'Did you mean "gru"?', or where nothing comes near the whole list, or what `lists` it."""
    import difflib

    names = list(known)
    lowered = {candidate.lower(): candidate for candidate in names}
    near = [lowered[hit] for hit in difflib.get_close_matches(name.lower(), lowered, n=most, cutoff=0.6)]
    near += [candidate for candidate in names if name.lower() in candidate.lower() and candidate not in near]
    if near:
        return "Did you mean " + " or ".join(f'"{candidate}"' for candidate in near[:most]) + "?"
    return lists or "Known: " + ", ".join(names)
