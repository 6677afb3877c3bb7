"""A verdict in the form its reader wants: a `CheckAnswer` comes in, text goes out; one module per form."""
