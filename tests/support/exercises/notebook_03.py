import math
from types import SimpleNamespace

import pandas as pd

STEPS = range(121)
HISTORY = pd.DataFrame(
    {
        "step": STEPS,
        "loss": [math.nan, *(4 - step / 40 for step in STEPS[1:])],
        "average_loss": [math.nan, *(4 - step / 80 for step in STEPS[1:])],
        "valid_loss": [4.2 + abs(step - 20) / 100 if step % 10 == 0 else math.nan for step in STEPS],
    }
)
RUN = SimpleNamespace(history=HISTORY)
TRAIN = HISTORY["loss"].tail(12).mean()
ADVICE = (
    "The model learned the diary by heart. Hold some pages back for validation, watch that loss, and stop"
    " where it is lowest."
)

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
            (5.2 - HISTORY["average_loss"].iloc[-1], "average_loss"),
            (4.2 - TRAIN, "lowest validation loss"),
            (5.2 - HISTORY["loss"].mean(), "over all steps"),
            (5.2, "alone"),
            (9.0, "too large"),
        ],
    ),
    "03.4": (
        (0.1,),
        math.exp(-0.1),
        [
            (math.exp(0.1), "perplexity"),
            (0.9, "near 0"),
            (0.1, "That is the loss"),
            (-math.log(0.1), "took the logarithm"),
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
            (
                (
                    "The loss should be measured on other text, and then one should stop early with the"
                    " training."
                ),
                "what has happened",
            ),
            (
                (
                    "It has been memorised word for word, so stop the training earlier than you did the last"
                    " time, my friend."
                ),
                "noticed",
            ),
            (
                (
                    "It was learned by heart, and validation pages that you hold back would have shown that"
                    " to you, my friend."
                ),
                "should do",
            ),
            (
                (
                    "It did not overfit, the validation loss is as good as the training loss would be, so"
                    " there is nothing to do."
                ),
                "Which of your claims",
            ),
            (3, "three quotes"),
        ],
    ),
}
ALIKE = {"03.5": (ADVICE, ADVICE + " Good luck with it.")}

SOURCES = {
    "03.2": [
        ("best_step = 10", "too small"),
        ("best_step = history['loss'].idxmin()", "training loss was lowest"),
        ("best_step = history['valid_loss'].idxmax()", "validation loss was highest"),
        ("best_step = history['step'].iloc[-1]", "last step"),
        ("best_step = history['valid_loss'].min()", "the lowest validation loss itself"),
        ("best_step = history.loc[history['valid_loss'].idxmin(), 'epoch']", "too small"),
        ("best_step = history.loc[history['valid_loss'].idxmin()]", "one number is asked for"),
        ("best_step = history.dropna()['valid_loss'].argmin()", "too small"),
        ("best_step = str(by_heart.best_step)", "without quotes"),
    ],
    "03.3": [
        ("gap = 52.2", "too large"),
        ("gap = history['loss'].tail(LAST).mean() - history['valid_loss'].iloc[-1]", "sign"),
        ("gap = history['valid_loss'].iloc[-1] - history['loss'].iloc[-1]", "last step alone"),
        ("gap = history['valid_loss'].iloc[-1] - history['average_loss'].iloc[-1]", "average_loss"),
        ("gap = history['valid_loss'].min() - history['loss'].tail(LAST).mean()", "lowest validation loss"),
        ("gap = history['valid_loss'].iloc[-1] - history['loss'].mean()", "over all steps"),
        ("gap = history['valid_loss'].iloc[-1]", "alone"),
        ("gap = history['valid_loss'].tail(LAST) - history['loss'].tail(LAST)", "one number is asked for"),
        ("gap = history['valid_loss'].iloc[-2] - history['loss'].tail(LAST).mean()", "no finite number"),
    ],
    "03.4": [
        ("probability = 0.9048374180359595", "too large"),
        ("probability = math.exp(-0.1)", "too large"),
        ("probability = math.exp(low)", "perplexity"),
        ("probability = 1 - low", "near 0"),
        ("probability = low", "That is the loss"),
        ("probability = -math.log(low)", "took the logarithm"),
        ("probability = 10**-low", "base 10"),
        ("probability = 2**-low", "base 2"),
        ("probability = math.exp", "function"),
    ],
    "03.5": [
        ('advice = "It is bad."', "3 words"),
        (
            (
                'advice = "The loss should be measured on other text, and then one should stop early with the'
                ' training."'
            ),
            "what has happened",
        ),
        (
            (
                'advice = "It has been memorised word for word, so stop the training earlier than you did the'
                ' last time, my friend."'
            ),
            "noticed",
        ),
        (
            (
                'advice = "It was learned by heart, and validation pages that you hold back would have shown'
                ' that to you, my friend."'
            ),
            "should do",
        ),
        (
            (
                'advice = "It did not overfit, the loss on other text is as low as on the diary, so all that'
                ' there is to do is stop."'
            ),
            "Which of your claims",
        ),
        ("advice = 0.05", "three quotes"),
    ],
}

ALSO_RIGHT = {
    "03.2": [
        "best_step = by_heart.best_step",
        "best_step = by_heart.diagnosis().best_step",
        (
            "measured = history.dropna(subset='valid_loss')\n"
            "best_step = measured.sort_values('valid_loss')['step'].iloc[0]"
        ),
        "import numpy as np\nbest_step = np.nanargmin(history['valid_loss'])",
        "best_step = int(history['valid_loss'].idxmin())",
    ],
    "03.3": [
        "gap = by_heart.diagnosis().gap",
        (
            "valid = by_heart.history.valid_loss.dropna()\n"
            "gap = valid.values[-1] - history.loss.values[-LAST:].mean()"
        ),
        "gap = round(history['valid_loss'].iloc[-1] - history['loss'].tail(10).mean(), 2)",
    ],
    "03.4": [
        "import numpy as np\nprobability = np.exp(-low)",
        "probability = 1 / math.e**low",
        "probability = round(math.exp(-low), 3)",
    ],
    "03.5": [
        (
            "advice = f'The model knows the diary by heart. Hold pages back, as I did with {STEPS} steps,"
            " watch the validation loss, and stop where it is lowest, at step {in_time.best_step} in my"
            " case.'"
        )
    ],
}
