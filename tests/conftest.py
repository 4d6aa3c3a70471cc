"""What several tests share: models, texts and one fine-tuned run, made once a session since TensorFlow takes
its time.
"""

import os

import browser
import pytest
from hypothesis import settings

import gpt2lab as lab
from gpt2lab.pretrained.catalog import bundled_names

# A shared machine may pause a test at any moment: time is no promise of the functions that hypothesis tries.
# And the same examples everywhere: who wants new ones runs pytest with --hypothesis-profile=default.
settings.register_profile("shared machine", deadline=None, derandomize=True)
settings.load_profile("shared machine")

LONGEST = ("test_notebooks.py", "test_colab_twin.py", "test_wheel.py")  # two thirds of the time of all tests
SLOW = ("slow", "notebook", "browser", "sandbox", "colab")


def pytest_collection_modifyitems(items):
    """Files of quick tests go first, then the longest files, so that at the end no worker waits for one that
    the other began late.
    """
    slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW))}

    def place(item):
        name = item.path.name
        return (item.path in slow, LONGEST.index(name) if name in LONGEST else len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder with the bundled sizes."""
    folder = tmp_path_factory.mktemp("models")
    for name in bundled_names():
        lab.download(name, folder)
    return folder


@pytest.fixture(scope="session")
def small(models):
    """The pretrained 1M."""
    with lab.load("1M", model_dir=models) as lm:
        yield lm


@pytest.fixture(scope="session")
def large(models):
    """The pretrained 3M."""
    with lab.load("3M", model_dir=models) as lm:
        yield lm


@pytest.fixture(scope="session")
def speeches():
    """Training text: 60,000 characters."""
    return lab.presidential_speeches(since=1947, until=1960).first(60_000)


@pytest.fixture(scope="session")
def held_out():
    """Validation text: 10,000 characters, two windows of tokens."""
    return lab.presidential_speeches(since=1961, until=1962).first(10_000)


@pytest.fixture(scope="session")
def run(models, speeches, held_out, tmp_path_factory):
    """1M after 30 steps, saved at 10, 20 and 30."""
    return lab.finetune(
        speeches,
        "1M",
        steps=30,
        valid=held_out,
        eval_every=10,
        run_name="speeches",
        seed=7,
        model_dir=models,
        checkpoint_dir=tmp_path_factory.mktemp("checkpoint"),
        learning_rate=1e-3,
        accumulate_gradients=1,
        save_every=10,
        max_checkpoints=3,
        sample_every=15,
        sample_length=20,
    )


@pytest.fixture(scope="session")
def jupyter_lab(tmp_path_factory):
    """A running `browser.JupyterLab`; tests are skipped where no browser is, but not where the tests of
    everything run.
    """
    reason = browser.missing()
    if reason:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"Browser tests cannot run: {reason}.")
    with browser.JupyterLab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def chromium(jupyter_lab):
    """A running Chromium without a window, which reaches this machine only."""
    # For one file of tests at a time: as long as Playwright is there an event loop runs, which others may not
    # expect.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        with playwright.chromium.launch(
            executable_path=browser.CHROMIUM, args=list(browser.ARGUMENTS)
        ) as running:
            yield running


@pytest.fixture(scope="module")
def page():
    """A page of a Chromium that is offline; `page.asked` and `page.said` are the addresses that it asked for
    and what it wrote to the console.
    """
    reason = browser.missing()
    if reason:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"Browser tests cannot run: {reason}.")
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser.CHROMIUM, args=list(browser.ARGUMENTS)) as running,
    ):
        context = running.new_context(viewport={"width": 1000, "height": 900}, offline=True)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        yield page


@pytest.fixture
def open_notebook(jupyter_lab, chromium, request):
    """A function that opens code cells in JupyterLab: (cells, name, width, height) to a
    `browser.OpenNotebook`, closed after the test.
    """
    pages = []

    def opened(cells, name=f"{request.node.name}.ipynb", width=1100, height=900):
        pages.append(chromium.new_page(viewport={"width": width, "height": height}))
        return browser.OpenNotebook(pages[-1], jupyter_lab, jupyter_lab.write(name, cells))

    yield opened
    for page in pages:
        page.close()
    jupyter_lab.end_kernels()
