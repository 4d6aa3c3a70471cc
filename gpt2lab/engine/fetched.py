"""Values of variables as arrays, fetched from the session a few at a time."""

from collections.abc import Mapping

# What is fetched at once. Each group of variables is a graph of its own to the session, so there should not be many.
BYTES_AT_ONCE = 64 * 2**20


class Fetched(Mapping):
    """A dictionary of arrays that holds few of them: saving a model then takes little memory besides the model.

    Parameters
    ----------
    network : Network
    variables : dict of str to tensorflow.Variable
        Asked for in the order of their names, as `tensor_bundle.write` does, each is fetched once.
    """

    def __init__(self, network, variables):
        self._network, self._variables, self._group, self._held = network, variables, {}, {}
        group, size = [], 0
        for name in sorted(variables, key=str.encode):
            bytes_ = variables[name].dtype.size * variables[name].shape.num_elements()
            if size + bytes_ > BYTES_AT_ONCE:
                group, size = [], 0
            group.append(name)
            size += bytes_
            self._group[name] = group

    def __getitem__(self, name):
        if name not in self._held:
            group = self._group[name]
            self._held = {}  # before the next ones are fetched
            self._held = self._network.values({other: self._variables[other] for other in group})
        return self._held[name]

    def __iter__(self):
        return iter(self._variables)

    def __len__(self):
        return len(self._variables)
