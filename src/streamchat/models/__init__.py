"""What is known about each model: its prices, limits and capabilities."""
