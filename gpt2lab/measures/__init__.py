"""What fine-tuning did, in numbers: each measure takes texts, or a model that can score them."""
