"""The one kind of failure the lab reports without a stack trace."""


class LabError(Exception):
    """Says in one line what is wrong, and what to do about it."""
