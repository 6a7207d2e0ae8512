"""The command line: from arguments to an exit status; the only place that sees everything."""
