"""What is known of each model: its price, its limits and its abilities."""
