"""The application: what a chat does. It sees the world only through the ports of `core`."""
