"""The web site: HTTP → use case; nothing is decided here but how a thing is asked for and shown."""
