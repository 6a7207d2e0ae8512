"""The application: what a chat does, seen only through the ports of `core`."""
