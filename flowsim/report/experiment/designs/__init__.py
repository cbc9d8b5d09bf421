"""What the report of an experiment adds for each kind of design, one file each, under the design's name."""
