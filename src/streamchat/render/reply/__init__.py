"""One reply, its asides and its status as rows."""
