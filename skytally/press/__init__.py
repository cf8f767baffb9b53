"""The press: runs the notebooks that changed and prints the site, whole or not at all."""
