"""English for messages, captions and pages: numbers with their nouns, parts of a sentence, sizes."""


def pluralize(number, thing):
    """Number and noun for a message: ``1 document``, ``2,000 documents``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def join_words(parts):
    """Parts of a sentence: ``a``, ``a and b``, ``a, b and c``; empty for none."""
    parts = list(map(str, parts))
    return " and ".join([", ".join(parts[:-1])] * (len(parts) > 1) + parts[-1:])


def format_bytes(count):
    """Bytes as people write them: ``9.1 GB``, ``310 MB``."""
    return f"{count / 1e9:.1f} GB" if count >= 0.9995e9 else f"{count / 1e6:.0f} MB"
