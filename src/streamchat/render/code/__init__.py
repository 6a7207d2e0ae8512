"""Code blocks: lexing line by line, and the styles of tokens."""
