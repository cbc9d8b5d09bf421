"""The reports of a calibration and of an ensemble."""
