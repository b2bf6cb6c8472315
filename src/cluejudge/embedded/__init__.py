"""The small models that ship inside the package, and their runtime.

They understand scenes of pictograms, not photographs. `models` loads them on onnxruntime, without
torch; `tower` lets transformers load the same weights. Nothing is imported before it is asked for.
"""
