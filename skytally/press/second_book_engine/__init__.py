"""The same pages printed by a second engine: Jupyter Book 2 parses them, this writes plain HTML."""
