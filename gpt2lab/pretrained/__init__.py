"""Models on disk: the catalog of sizes, how their files are fetched or unpacked, read, checked and written,
and their encoder.

Uses ``base``; TensorFlow's files are read without TensorFlow.
"""
