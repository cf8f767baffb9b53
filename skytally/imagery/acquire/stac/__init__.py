"""STAC catalogues: HTTP client, paged searches, static catalogues and the parser of items."""
