"""The command line: from arguments to an exit status. Only this package sees all others."""
