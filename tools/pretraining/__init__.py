"""The parts of ``tools/pretrain.py``: the model in PyTorch, the texts and their tokens, the training loop."""
