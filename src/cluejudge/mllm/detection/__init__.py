"""Open-vocabulary detectors: OWLv2 and OWL-ViT, the Grounding DINO family."""
