"""How do people see it? Labels, pages and figures, and the reports made of them."""
