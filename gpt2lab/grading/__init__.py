"""Grade a class: rebuild each submission, run it in a sandbox under nbval, compare outside of it, and write down what was found."""
