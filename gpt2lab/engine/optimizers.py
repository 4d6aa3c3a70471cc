"""How weights move: gradient descent, Adam, AdamW; one weight at a time, as soon as its gradient is known."""

import numpy as np

from gpt2lab.engine.quiet_tensorflow import tensorflow

# TensorFlow's own defaults, which are those of Kingma and Ba (2015), "Adam: a method for stochastic
# optimization".
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8


class GradientDescent:
    """Plain stochastic gradient descent.

    Parameters
    ----------
    variables : dict of str to tensorflow.Variable
        What is trained.
    learning_rate : tensor, scalar
    """

    def __init__(self, variables, learning_rate):
        self.variables = variables
        self.learning_rate = learning_rate
        self.state = {}

    def first_state(self):
        """There is none."""
        return {}

    def update(self, name, gradient):
        """The operation that moves one weight."""
        return tensorflow().raw_ops.ResourceApplyGradientDescent(
            var=self.variables[name].handle, alpha=self.learning_rate, delta=gradient
        )

    def finish(self, updates):
        """The operation that ends a step, given those of all weights."""
        return tensorflow().group(*updates)


class Adam:
    """Adam, with the arithmetic and the names of variables of TensorFlow's; with ``weight_decay`` AdamW.

    Parameters
    ----------
    variables, learning_rate
        As in `GradientDescent`.
    weight_decay : float, default 0
        Decoupled weight decay (Loshchilov and Hutter 2019) of matrices and embeddings; gains and biases are
        left alone.

    Attributes
    ----------
    state : dict of str to tensorflow.Variable
        Moments and powers.
    """

    def __init__(self, variables, learning_rate, weight_decay=0.0):
        tf = tensorflow()
        self.variables = variables
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        shapes = {
            f"{name}/{moment}": variable.shape
            for name, variable in variables.items()
            for moment in ("Adam", "Adam_1")
        }
        shapes |= {"beta1_power": [], "beta2_power": []}
        with tf.compat.v1.variable_scope("", use_resource=True):
            self.state = {
                name: tf.compat.v1.get_variable(
                    name, shape, tf.float32, tf.compat.v1.zeros_initializer(), trainable=False
                )
                for name, shape in shapes.items()
            }
        self._powers = [self.state["beta1_power"].read_value(), self.state["beta2_power"].read_value()]

    def first_state(self):
        """What the state is before the first step: dict of str to array."""
        zeros = {name: np.zeros(variable.shape, np.float32) for name, variable in self.state.items()}
        return zeros | {"beta1_power": np.float32(BETA_1), "beta2_power": np.float32(BETA_2)}

    def update(self, name, gradient):
        """The operation that moves one weight and its moments."""
        tf = tensorflow()
        variable = self.variables[name]
        before = []
        if self.weight_decay and variable.shape.rank > 1:
            with tf.control_dependencies([gradient]):
                before = [
                    variable.assign_sub(self.learning_rate * self.weight_decay * variable.read_value()).op
                ]
        with tf.control_dependencies(before):
            return tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self.state[f"{name}/Adam"].handle,
                v=self.state[f"{name}/Adam_1"].handle,
                beta1_power=self._powers[0],
                beta2_power=self._powers[1],
                lr=self.learning_rate,
                beta1=BETA_1,
                beta2=BETA_2,
                epsilon=EPSILON,
                grad=gradient,
            )

    def finish(self, updates):
        """The operation that ends a step, given those of all weights."""
        tf = tensorflow()
        with tf.control_dependencies(updates):
            return tf.group(
                self.state["beta1_power"].assign(self._powers[0] * BETA_1),
                self.state["beta2_power"].assign(self._powers[1] * BETA_2),
            )
