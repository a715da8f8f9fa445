"""Checks this machine, beyond the checks before a start."""

import sys

from konstruct.devstack.preflight import Check

MIN_PYTHON = (3, 11)


def check_python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= MIN_PYTHON:
        return Check("python", True, f"Python {version}.")
    needed = ".".join(map(str, MIN_PYTHON))
    return Check("python", False, f"This is Python {version}; {needed} or newer is needed.")
