"""gpt2lab beside plain gpt-2-simple and Hugging Face transformers: the same machine, the same weights, the
same work.
"""
