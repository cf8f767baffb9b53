"""Notebooks made up of a few cells, as JSON has them."""

from __future__ import annotations

import base64
from typing import Any

PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360f8cf500f0003860180344b"
        "b5f10000000049454e44ae426082"
    )
).decode()
"""A picture of one pixel, as a notebook holds it."""
KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}


def code(source: str, **parts: Any) -> dict[str, Any]:
    """Cell of code."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    return {**cell, "source": source, **parts}


def markdown(source: str, attachments: dict[str, Any] | None = None) -> dict[str, Any]:
    """Cell of text, with pictures that were pasted into it."""
    cell: dict[str, Any] = {"cell_type": "markdown", "metadata": {}, "source": source}
    return {**cell, "attachments": attachments} if attachments else cell


TITLE = markdown("# Title")
PARAMETERS = code("first = 1", metadata={"tags": ["parameters"]})


def notebook(*cells: Any, metadata: dict[str, Any] | None = None, **head: Any) -> dict[str, Any]:
    """Notebook of a title, a cell of parameters and further cells."""
    metadata = KERNEL if metadata is None else metadata
    form = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, **head}
    return {**form, "cells": [TITLE, PARAMETERS, *cells]}
