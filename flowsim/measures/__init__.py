"""What do we count? Delayed transfers, outcomes, occupancy and flow, cost: all read off the journey log."""
