"""Several answers to one question on one terminal: side by side, or one after the other."""
