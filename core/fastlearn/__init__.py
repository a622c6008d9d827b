"""The training library: data, models, training and interpretation for deep learning. It never imports Jupyter."""
