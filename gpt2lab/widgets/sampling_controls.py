"""The prompt, the sliders and the button of the sampling explorer, and where they stand."""

import ipywidgets

CUTS = ("temperature", "top_k", "top_p")
SETTINGS = (*CUTS, "length", "seed")
# ends of the sliders
_LONGEST = 300
_SEEDS = 100
_TOP_K = (1, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30, 40, 50, 75)
_TOP_K += (100, 150, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000)
_TIPS = {
    "prompt": "What the text begins with.",
    "temperature": "Divides the logits: below 1 safer, above 1 wilder, 0 always takes the most likely token.",
    "top_k": "Draw from the k most likely tokens only.",
    "top_p": (
        "Draw from the smallest set of tokens that holds this share of the probability; 0 draws from all."
    ),
    "length": "Tokens to write.",
    "seed": "The same seed and settings give the same text.",
}
# The picture and its caption, the two outputs after the widget, are in the file for those who open it without
# a kernel. As long as the widget itself is there it hides them; where a front end arranges its outputs
# otherwise, both are seen.
_HIDE_TWIN = "<style>@media screen {{{} {{display: none}}}}</style>".format(
    ", ".join(
        f"{output}:has(.gpt2lab-live)" + f" + {output}" * place
        for output in (".jp-OutputArea-child", ".output_area")
        for place in (1, 2)
    )
)


def make_controls(lm, prompt, settings):
    """The prompt, a slider for each setting, and the button: dict of str to widget."""
    vocabulary = lm.hparams["n_vocab"]
    steps = sorted({k for k in _TOP_K if k < vocabulary} | {settings["top_k"], vocabulary} - {0})
    temperature = float(settings["temperature"])
    longest = min(_LONGEST, lm.window - 1)
    return {
        "prompt": _make_control(
            ipywidgets.Textarea, "prompt", value=prompt, rows=2, layout={"width": "auto"}
        ),
        "temperature": _make_control(
            ipywidgets.FloatSlider,
            "temperature",
            value=temperature,
            min=0,
            max=max(2.0, temperature),
            step=0.05,
        ),
        "top_k": _make_control(
            ipywidgets.SelectionSlider,
            "top_k",
            value=settings["top_k"],
            options=[("off", 0), *((f"{k:,}", k) for k in steps)],
        ),
        "top_p": _make_control(
            ipywidgets.FloatSlider, "top_p", value=float(settings["top_p"]), min=0, max=1, step=0.01
        ),
        "length": _make_control(
            ipywidgets.IntSlider,
            "length",
            value=settings["length"],
            min=1,
            max=max(longest, settings["length"]),
        ),
        "seed": _make_control(
            ipywidgets.IntSlider, "seed", value=settings["seed"], min=0, max=max(_SEEDS, settings["seed"])
        ),
        "write": make_button("Write", "Write a text with these settings.", button_style="primary"),
    }


def _make_control(kind, name, **traits):
    traits = {"layout": {"width": "98%"}} | traits
    return kind(
        description=name,
        continuous_update=True,
        style={"description_width": "90px"},
        **_tip(kind, _TIPS[name]),
        **traits,
    )


def make_button(description, tooltip, button_style="", **layout):
    """A button that says where the mouse rests what it does."""
    return ipywidgets.Button(
        description=description, button_style=button_style, layout=layout, **_tip(ipywidgets.Button, tooltip)
    )


def _tip(kind, words):
    """What is said where the mouse rests; ipywidgets 7 has another name for it on everything but buttons."""
    return {"tooltip" if "tooltip" in kind.class_trait_names() else "description_tooltip": words}


def arrange(controls, chart, text, rows):
    """All of it in one box: beside each other where there is room, else below each other."""
    left = ipywidgets.VBox(
        [controls[name] for name in (*SETTINGS, "write")], layout={"flex": "1 1 300px", "min_width": "280px"}
    )
    chart.layout = {"flex": "2 1 380px", "min_width": "0"}
    both = ipywidgets.Box(
        [left, chart], layout={"display": "flex", "flex_flow": "row wrap", "align_items": "flex-start"}
    )
    tried = ipywidgets.HTML(
        '<div style="font-weight:bold;margin-top:6px">What was tried, the newest first</div>',
        layout={"display": "none"},
    )
    # a heading over nothing would look like a mistake
    rows.observe(lambda _: setattr(tried.layout, "display", None), "children")
    widget = ipywidgets.VBox(
        [controls["prompt"], both, text, tried, rows, ipywidgets.HTML(_HIDE_TWIN, layout={"height": "0"})]
    )
    widget.add_class("gpt2lab-live")
    return widget
