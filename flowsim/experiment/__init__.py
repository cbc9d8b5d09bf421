"""What do we try? The schema of an experiment, its scenarios, the library of interventions, precision, the runner."""
