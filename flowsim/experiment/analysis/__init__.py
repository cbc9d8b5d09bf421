"""What replications say when scenarios are held side by side."""
