"""What several tests share: models, texts and one fine-tuned run, made once a session since TensorFlow takes
its time; and how tests are shared out among workers.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import browser
import kept_runs
import pytest
from hypothesis import settings

import gpt2lab as lab
from gpt2lab.pretrained.catalog import bundled_names

# A shared machine may pause a test at any moment: time is no promise of the functions that hypothesis tries.
# And the same examples everywhere: who wants new ones runs pytest with --hypothesis-profile=default.
settings.register_profile("shared machine", deadline=None, derandomize=True)
settings.load_profile("shared machine")

SLOW = ("slow", "notebook", "browser", "sandbox", "colab")
NOTEBOOKS, TWIN = "test_running_notebooks.py", "test_colab_twin.py"
LONGEST = (
    "test_wheel.py",
    "test_finetuning.py",
    "test_grading_attacks.py",
    "test_grading.py",
    "test_pretrain.py",
    "test_interruption.py",
    "test_experiments.py",
    "test_benchmarks.py",
    "test_nbgrader.py",
    "test_site.py",
    "test_estimation.py",
    "test_cli.py",
    "test_language_model.py",
    "test_report.py",
    "test_training_engine.py",
    "test_model_sizes.py",
    "test_widgets_in_browser.py",
)
# Folders that tests of one session share, also those of its two workers.
SESSION = "GPT2LAB_TEST_SESSION"


def pytest_configure(config):
    config.shared_by_all = SESSION not in os.environ
    if config.shared_by_all:
        os.environ[SESSION] = tempfile.mkdtemp(prefix="gpt2lab-tests-")
    config.session_folder = Path(os.environ[SESSION])


def pytest_unconfigure(config):
    if config.shared_by_all:
        shutil.rmtree(os.environ.pop(SESSION), ignore_errors=True)


def pytest_terminal_summary(terminalreporter, config):
    for shelf, count in kept_runs.counts(config.session_folder / "runs").items():
        terminalreporter.write_line(
            f"Runs of {shelf}: {count['trained']} trained, {count['found']} found again."
        )


def worker_of(nodeid):
    """What stays together in one worker: the tests of a file, which share what took long to make; or, where
    whole notebooks run, here and in Colab's twin, the tests of a notebook.
    """
    file = nodeid.split("::", 1)[0]
    notebook = re.search(r"\b(\d\d_\w+)\]$", nodeid)
    return notebook[1] if notebook and file.endswith((NOTEBOOKS, TWIN)) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = worker_of
    return scheduler


def pytest_collection_modifyitems(items):
    """One worker makes Colab's twin while the other runs the quick tests. Then come the notebooks, and what
    takes longest, so that at the end no worker waits for one that the other began late.
    """
    slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW))}

    def place(item):
        name, scope = item.path.name, worker_of(item.nodeid)
        if "/" not in scope:
            return 2, scope, name == TWIN
        if name == TWIN:
            return (0,)
        return (3, LONGEST.index(name) if name in LONGEST else len(LONGEST)) if item.path in slow else (1,)

    items.sort(key=place)


@pytest.fixture(scope="session")
def runs_of_here(request):
    """A shelf of fine-tuned runs (see `kept_runs`) that were trained with what is installed here."""
    return kept_runs.make_shelf(request.config.session_folder / "runs" / "this environment")


@pytest.fixture(scope="session")
def runs_of_the_twin(request):
    """A shelf of fine-tuned runs that were trained with the versions of Google Colab."""
    return kept_runs.make_shelf(request.config.session_folder / "runs" / "Colab's twin")


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory):
    """What the notebooks that ran here have left, a folder each."""
    return tmp_path_factory.mktemp("left_behind")


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
        learning_rate=5e-4,
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
