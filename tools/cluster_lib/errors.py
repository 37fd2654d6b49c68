"""The two ways a run ends before it begins."""


class UsageError(Exception):
    """The user's mistake, one line: key, value, what is allowed. Exit code 2."""


class RunError(Exception):
    """The world's: a program is missing, a folder cannot be written. Exit code 1."""
