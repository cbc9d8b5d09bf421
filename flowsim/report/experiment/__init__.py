"""The report of an experiment: its answer in sentences, tables, figures, and the workbook."""
