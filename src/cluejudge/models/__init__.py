"""What models must offer, the names they are loaded by, and wrappers around them."""
