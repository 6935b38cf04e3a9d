"""The one error of this tool, so that its command line can tell a user's mistake from a bug."""


class SynthesisError(Exception):
    """The script, the weights or the environment is not what it has to be; the text says which."""
