"""Own imagery: from stored looks to measured lines, pictures and detection limits."""
