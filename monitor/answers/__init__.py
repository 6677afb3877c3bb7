"""What can be asked of the stored world: shapes and the reader that fills them."""
