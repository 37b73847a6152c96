"""The only readers. Results are frozen dataclasses; nothing here changes a row."""
