"""What happens? Engines that run a cohort through a network, and the journey log that they write."""
