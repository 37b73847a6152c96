"""The only writers: everything that changes a row."""
