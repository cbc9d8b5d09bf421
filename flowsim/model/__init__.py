"""What is the world? Calendar, demand, cohort, the vocabulary of activities and pools, the patient's journey."""
