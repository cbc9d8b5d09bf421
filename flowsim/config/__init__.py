"""What may a person say? The typed schema, YAML loading with `extends`, and changes by dotted path."""
