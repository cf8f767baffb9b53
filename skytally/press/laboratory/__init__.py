"""The laboratory of the pages: what its scripts need of the record, exported as one script file."""
