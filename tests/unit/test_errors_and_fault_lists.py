"""Refusals: all faults at once, in one error of a builtin kind."""

from __future__ import annotations

import pytest

from skytally.core.errors_and_fault_lists import DataError, IntegrityError, refuse


def test_refuse_lists_every_fault() -> None:
    """One message counts the faults and gives each a line of its own."""
    with pytest.raises(DataError, match=r"^table x: 2 faults\n  first\n  second$"):
        refuse(["first", "second"], what="table x")


def test_refuse_counts_one_in_the_singular() -> None:
    """A single fault is one fault."""
    with pytest.raises(DataError, match=r"^table x: 1 fault\n  only$"):
        refuse(iter(["only"]), what="table x")


def test_refuse_without_faults_does_nothing() -> None:
    """No fault, no error."""
    refuse([], what="table x")


def test_errors_are_builtin_kinds() -> None:
    """A caller may catch the errors as the builtins they are."""
    assert issubclass(DataError, ValueError)
    assert issubclass(IntegrityError, RuntimeError)
