"""How the embedded models are made: scenes, training, export, evaluation."""
