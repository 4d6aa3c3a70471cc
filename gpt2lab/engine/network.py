"""One graph, one session, one set of weights."""

import hashlib
from collections.abc import Mapping

import numpy as np

from gpt2lab.engine.quiet_tensorflow import tensorflow
from gpt2lab.pretrained.catalog import weight_shapes

# What is fetched at once. Each group of variables is a graph of its own to the session, so there should not
# be many.
BYTES_AT_ONCE = 64 * 2**20


def random_weights(hparams, seed):
    """Fresh weights as gpt-2-simple's initialisers draw them: normal, 0.02 wide (positions 0.01); biases 0,
    gains 1.

    Parameters
    ----------
    hparams : dict
    seed : int

    Returns
    -------
    dict of str to numpy.ndarray
        float32, the names and shapes of `weight_shapes`.
    """
    random = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(hparams).items():
        if name.endswith("/g"):
            weights[name] = np.ones(shape, np.float32)
        elif name.endswith("/b"):
            weights[name] = np.zeros(shape, np.float32)
        else:
            width = 0.01 if name == "model/wpe" else 0.02
            weights[name] = random.normal(0, width, shape).astype(np.float32)
    return weights


class Network:
    """The weights of one model as TensorFlow variables in a graph and a session of their own.

    Parameters
    ----------
    hparams : dict
        ``n_vocab``, ``n_ctx``, ``n_embd``, ``n_head``, ``n_layer``.
    precision : {"float32", "bfloat16"}, default "float32"
        In which the matrices are stored, and multiplied; all that is computed between the products is float32
        either way.

    Attributes
    ----------
    graph : tensorflow.Graph
    session : tensorflow.compat.v1.Session
    variables : dict of str to tensorflow.Variable
        Keyed by name, ``model/wte`` and so on.
    """

    def __init__(self, hparams, precision="float32"):
        tf = tensorflow()
        self.hparams = dict(hparams)
        self.graph = tf.Graph()
        with self.graph.as_default(), tf.compat.v1.variable_scope("", use_resource=True):
            # The names are gpt-2-simple's, in its checkpoints and in the optimizer's state.
            self.variables = {
                name: tf.compat.v1.get_variable(
                    name,
                    shape,
                    precision if name.endswith(("/w", "/wte")) else "float32",
                    tf.compat.v1.zeros_initializer(),
                )
                for name, shape in weight_shapes(self.hparams).items()
            }
        config = tf.compat.v1.ConfigProto()
        config.gpu_options.allow_growth = True
        self.session = tf.compat.v1.Session(graph=self.graph, config=config)
        self._more_sessions = []

    def assign(self, values, variables=None, session=None):
        """Put arrays into the weights (or into other ``variables``), by name, in the network's own session
        or in another one.
        """
        variables = self.variables if variables is None else variables
        # Feeding the initial value of each variable's own initialiser adds no node to the graph.
        feeds = {
            variables[name].initializer.inputs[1]: np.asarray(value, variables[name].dtype.as_numpy_dtype)
            for name, value in values.items()
        }
        (session or self.session).run([variables[name].initializer for name in values], feeds)

    def values(self, variables=None):
        """The weights (or other ``variables``) as a dictionary of arrays."""
        return self.session.run(self.variables if variables is None else variables)

    def checksum(self):
        """What tells these weights from all others: a string of 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for name in sorted(self.variables):  # one at a time, since together they can be half of the memory
            value = self.values(self.variables[name])
            digest.update(f"{name} {value.dtype} {value.shape} ".encode() + value.tobytes())
        return digest.hexdigest()

    def close_graph(self):
        """Let nobody add to the graph: from here on a call that would is an error in this library."""
        self.graph.finalize()

    def single_core_sessions(self, count):
        """Sessions of the same graph, each with its own copy of the weights and one core: list of
        tensorflow.Session.
        """
        tf = tensorflow()
        config = tf.compat.v1.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, use_per_session_threads=True
        )
        weights = self.values()
        sessions = [tf.compat.v1.Session(graph=self.graph, config=config) for _ in range(count)]
        for session in sessions:
            self.assign(weights, session=session)
        self._more_sessions += sessions
        return sessions

    def close(self):
        """End the sessions and free their memory; closing twice does no harm."""
        for session in (self.session, *self._more_sessions):
            session.close()


class Fetched(Mapping):
    """A dictionary of arrays that holds few of them: saving a model then takes little memory besides the
    model.

    Parameters
    ----------
    network : Network
    variables : dict of str to tensorflow.Variable
        Asked for in the order of their names, as `tensor_bundle.write` does, each is fetched once.
    """

    def __init__(self, network, variables):
        self._network = network
        self._variables = variables
        self._group = {}
        self._held = {}
        group = []
        size = 0
        for name in sorted(variables, key=str.encode):
            bytes_ = variables[name].dtype.size * variables[name].shape.num_elements()
            if size + bytes_ > BYTES_AT_ONCE:
                group = []
                size = 0
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
