"""The machinery of a drain: claims ahead, messages made ahead, connections that send, one task that writes it down."""
