import math
from types import SimpleNamespace

import pandas as pd

STEPS = range(121)
HISTORY = pd.DataFrame({
    "step": STEPS,
    "loss": [math.nan, *(4 - step / 40 for step in STEPS[1:])],
    "average_loss": [math.nan, *(4 - step / 80 for step in STEPS[1:])],
    "valid_loss": [4.2 + abs(step - 20) / 100 if step % 10 == 0 else math.nan for step in STEPS],
})
RUN = SimpleNamespace(history=HISTORY)
TRAIN = HISTORY["loss"].tail(12).mean()
ADVICE = "The model learned the diary by heart. Hold some pages back for validation, watch that loss, and stop where it is lowest."

EXERCISES = {
    "03.1": ((RUN,), "b", [("a", "from 4.40 to 5.20"), ("C", "lowest at 4.20"), ("falls", "one letter")]),
    "03.2": (
        (RUN,),
        20,
        [
            (4.2, "At which step"),
            (120, "training loss was lowest"),
            (30, "too large"),
            (10, "too small"),
            ("20", "without quotes"),
        ],
    ),
    "03.3": (
        (RUN,),
        5.2 - TRAIN,
        [
            (TRAIN - 5.2, "sign"),
            (5.2 - 1.0, "last step alone"),
            (5.2 - HISTORY["average_loss"].iloc[-1], "running average"),
            (4.2 - TRAIN, "lowest validation loss"),
            (5.2 - HISTORY["loss"].mean(), "over all steps"),
            (5.2, "alone"),
            (9.0, "too large"),
        ],
    ),
    "03.4": (
        (),
        math.exp(-0.1),
        [
            (math.exp(0.1), "perplexity"),
            (0.9, "near 0"),
            (0.1, "That is the loss"),
            (-math.log(0.1), "probability of 0.1"),
            (10**-0.1, "base 10"),
            (2**-0.1, "base 2"),
            (0.5, "too small"),
        ],
    ),
    "03.5": (
        (),
        ADVICE,
        [
            ("It is bad.", "3 words"),
            ("The loss should be measured on other text, and then one should stop early with the training.", "what has happened"),
            ("It has been memorised word for word, so stop the training earlier than you did the last time, my friend.", "noticed"),
            ("It was learned by heart, and validation pages that you hold back would have shown that to you, my friend.", "should do"),
            ("It did not overfit, the validation loss is as good as the training loss would be, so there is nothing to do.", "Look again"),
            (3, "three quotes"),
        ],
    ),
}
ALIKE = {"03.5": (ADVICE, ADVICE + " Good luck with it.")}
