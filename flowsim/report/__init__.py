"""How do people see it? Figures and the HTML report."""
