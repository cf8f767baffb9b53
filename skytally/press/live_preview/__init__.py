"""Parts of the command that follows saved files and shows their pages on this machine."""
