"""What is said of a parameter is said once, in its docstring."""

from gpt2lab.base.docstrings import describe_parameters


def test_parameters_that_share_an_entry_each_have_its_text():
    def example(a, b, c):
        """Do.

        Parameters
        ----------
        a, b : int
            Two
            lines.
        c : str
            One.

        Returns
        -------
        None
        """

    assert describe_parameters(example) == {"a": "Two lines.", "b": "Two lines.", "c": "One."}
