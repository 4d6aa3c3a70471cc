"""The training step, with gpt-2-simple's own sampler of windows.

Losses and weights are those of gpt-2-simple and its accumulation of gradients for the same batches (tests
compare them); time and memory are not.
"""

import random

import numpy as np

from gpt2lab.engine.backward import compute_loss
from gpt2lab.engine.optimizers import Adam, GradientDescent
from gpt2lab.engine.quiet_tensorflow import deterministic, gpt_2_simple_source, tensorflow


class Trainer:
    """Adds a training step to a network.

    Parameters
    ----------
    network : Network
    batch_size : int
        Windows that go through the model at once.
    accumulate_gradients : int, default 1
        Batches whose gradients are added up before the weights move.
    only_train_transformer_layers : bool, default False
        Leave the token and position embeddings (and the last layer norm) as they are.
    optimizer : {"adam", "adamw", "sgd"}, default "adam"
    recompute : bool, default False
        Compute the activations of each block again in the backward pass rather than keep them: less memory,
        about a sixth more time (124M).
    precision : {"float32", "bfloat16"}, default "float32"
        Of the matrix products; weights, moments, normalisation, softmax and losses are float32 in any case.
    weight_decay : float, default 0.01
        For ``"adamw"`` only.
    clip_norm : float, optional
        The largest norm that the gradient, averaged over the batches, may have; a longer one is shortened
        (Pascanu et al. 2013).

    Attributes
    ----------
    last_gradient_norm : float or None
        Norm of the last step's averaged gradient before it was shortened; known with ``clip_norm`` only.
    """

    def __init__(
        self,
        network,
        batch_size,
        *,
        accumulate_gradients=1,
        only_train_transformer_layers=False,
        optimizer="adam",
        recompute=False,
        precision="float32",
        weight_decay=0.01,
        clip_norm=None,
    ):
        self.network = network
        self.last_gradient_norm = None
        self._how = {"recompute": recompute, "precision": precision}
        tf = tensorflow()
        with deterministic(), network.graph.as_default():
            self._contexts = tf.compat.v1.placeholder(
                tf.int32, [accumulate_gradients, batch_size, network.hparams["n_ctx"]], "contexts"
            )
            self._learning_rate = tf.compat.v1.placeholder(tf.float32, [], "learning_rate")
            trained = {
                name: v
                for name, v in network.variables.items()
                if "/h" in name or not only_train_transformer_layers
            }
            self._optimizer = {
                "adam": lambda: Adam(trained, self._learning_rate),
                "adamw": lambda: Adam(trained, self._learning_rate, weight_decay),
                "sgd": lambda: GradientDescent(trained, self._learning_rate),
            }[optimizer]()
            if accumulate_gradients == 1 and clip_norm is None:
                updates, loss = self._update_at_once()
            else:
                updates, loss = self._update_at_the_end(accumulate_gradients, clip_norm)
            moved = self._optimizer.finish(updates)
            self._finite = tf.reduce_all(
                [tf.reduce_all(tf.math.is_finite(variable)) for variable in trained.values()]
            )
            self.optimizer_variables = {
                variable.op.name: variable for variable in self._optimizer.state.values()
            }
        # Not by their own initialisers: TensorFlow turns their zeros into constants, and holds on to them for
        # as long as the session lives.
        self.restore_optimizer(self._optimizer.first_state())
        with deterministic():  # kernels are chosen here
            self._step = network.session.make_callable(
                [loss, self._norm, moved], [self._contexts, self._learning_rate]
            )

    def _update_at_once(self):
        """Each weight moves as soon as its gradient is known, so that the gradients of few are held at a
        time.
        """
        self._norm = tensorflow().constant(np.nan)
        updates = []

        def update(name, gradient):
            updates.append(self._optimizer.update(name, gradient))
            return updates[-1]

        loss = compute_loss(self.network, self._contexts[0], self._optimizer.variables, update, **self._how)
        return updates, loss

    def _update_at_the_end(self, batches, clip_norm):
        """The weights move when the gradients of all batches are added up."""
        tf = tensorflow()
        names = list(self._optimizer.variables)

        def gradients_of(context):
            gradients = {}
            loss = compute_loss(
                self.network,
                context,
                names,
                lambda name, gradient: gradients.setdefault(name, tf.identity(gradient)),
                **self._how,
            )
            return loss, [gradients[name] for name in names]

        loss, gradients = gradients_of(self._contexts[0])
        if batches > 1:

            def add(number, loss, *sums):
                with tf.control_dependencies([number]):
                    more, gradients = gradients_of(self._contexts[number])
                return (
                    number + 1,
                    loss + more,
                    *(total + gradient for total, gradient in zip(sums, gradients)),
                )

            # else the second batch is read beside the first, in twice the memory
            with tf.control_dependencies([loss, *gradients]):
                second = tf.identity(1)
            _, loss, *gradients = tf.while_loop(
                lambda number, *_: number < batches, add, [second, loss, *gradients], parallel_iterations=1
            )
        self._norm = (
            tf.linalg.global_norm(gradients) / batches if clip_norm is not None else tf.constant(np.nan)
        )
        if clip_norm is not None:
            gradients = [gradient * (clip_norm / tf.maximum(self._norm, clip_norm)) for gradient in gradients]
        with tf.control_dependencies(gradients):
            return [
                self._optimizer.update(name, gradient) for name, gradient in zip(names, gradients)
            ], loss / batches

    def step(self, batches, learning_rate):
        """Move the weights once.

        Parameters
        ----------
        batches : list of array of int, each [batch_size, n_ctx]
            As many as gradients are accumulated.
        learning_rate : float

        Returns
        -------
        float
            Mean loss of the batches before the move, in nats per token.
        """
        with deterministic():
            loss, norm, _ = self._step(np.stack(batches), learning_rate)
        self.last_gradient_norm = None if np.isnan(norm) else float(norm)
        return float(loss)

    def is_finite(self):
        """Whether every trained weight is a finite number."""
        return bool(self.network.session.run(self._finite))

    def optimizer_state(self):
        """Moments and powers of the optimizer as arrays; empty for plain gradient descent."""
        return self.network.values(self.optimizer_variables) if self.optimizer_variables else {}

    def restore_optimizer(self, state):
        """Put back what `optimizer_state` returned; False if it belongs to another optimizer or other
        trained layers.
        """
        if state.keys() != self.optimizer_variables.keys():
            return False
        if state:
            self.network.assign(state, self.optimizer_variables)
        return True


class Batches:
    """Windows drawn at random by gpt-2-simple's own sampler, a pure function of seed and step.

    Parameters
    ----------
    tokens : array of int32, [N]
        The whole training text, N above ``window``.
    window : int
        Tokens a window.
    seed : int
    """

    def __init__(self, tokens, window, seed):
        load_dataset, _ = gpt_2_simple_source()
        self._sampler = load_dataset.Sampler([tokens])
        self._window = window
        self._seed = seed

    def at(self, step, batch_size, accumulate_gradients):
        """The batches of one step: list of arrays [batch_size, window]; no need to have drawn those before
        it.
        """
        # gpt-2-simple draws from Python's global generator; the user's own state of it is put back.
        before = random.getstate()
        try:
            random.seed(f"{self._seed}, step {step}")
            return [
                np.stack([self._sampler.sample(self._window) for _ in range(batch_size)])
                for _ in range(accumulate_gradients)
            ]
        finally:
            random.setstate(before)
