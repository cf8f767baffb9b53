"""The table of providers: who offers scenes, where, and what they require."""

from __future__ import annotations

from skytally.press.sphinx_ext.image_provider_and_order_directives import ProvidersTable
from tests.support.directives_without_page import bare


def test_providers_table_shows_addresses_and_no_secret() -> None:
    """Each row says where it is asked and what it wants; nothing in it is a credential."""
    shown = bare(ProvidersTable).html()
    assert "https://earth-search.aws.element84.com/v1" in shown
    assert "sentinel-2-c1-l2a" in shown
    assert "a token, fetched for you" in shown
