"""How long a test waits for what must come. No measure of speed: only a failure takes it."""

PATIENCE_S = 120.0
