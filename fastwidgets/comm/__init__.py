"""What every widget shares: how its messages travel, how often, and what a saved notebook shows instead of it."""
