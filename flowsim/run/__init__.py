"""How is it run? One simulation, tasks, workers, replications, offered load, and the folders that keep results."""
