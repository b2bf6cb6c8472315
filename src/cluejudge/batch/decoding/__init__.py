"""From bytes to pictures, in processes of their own that may die. No model is known here."""
