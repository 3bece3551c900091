"""The command line: arguments → use case → exit code."""
