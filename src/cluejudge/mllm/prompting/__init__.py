"""What a model is told, as its own tokens, and where its Yes and No stand."""
