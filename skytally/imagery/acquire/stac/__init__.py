"""STAC catalogues: items, paging, static catalogues and the HTTP client."""
