"""Files for Excel, Word and PowerPoint: what those of an experiment and those of a run have in common."""
