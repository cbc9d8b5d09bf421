"""What do we try? Runs, replications, their summaries, and the results folder."""
