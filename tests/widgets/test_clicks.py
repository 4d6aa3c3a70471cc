"""A click is heard while the cell runs, in a real kernel; everything else waits for its turn."""

import pytest
from jupyter_client.manager import start_new_kernel

from gpt2lab.widgets.clicks import hear_clicks

BUSY = """
import time, ipywidgets
from gpt2lab.widgets.clicks import hear_clicks
button, other = ipywidgets.Button(description="Stop"), ipywidgets.Button(description="Other")
asked, order = [], []
button.on_click(lambda _: asked.append(time.time()))
other.on_click(lambda _: order.append("other button"))
print(button.model_id, other.model_id, flush=True)
deadline = time.time() + 120
with hear_clicks(button) as poll:
    while time.time() < deadline and not asked:
        time.sleep(0.05)
        poll()
order.append("cell, " + ("asked to stop" if asked else "never asked"))
{end}
"""


@pytest.fixture
def kernel():
    manager, client = start_new_kernel()
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def wait_for(client, kind, of):
    """The content of the next message of a kind that answers a request, on the channel of outputs."""
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message["msg_type"] == kind and message["parent_header"].get("msg_id") == of:
            return message["content"]


def click(client, model):
    data = {"method": "custom", "content": {"event": "click"}}
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": model, "data": data}))


def reply(client, to):
    while True:
        message = client.get_shell_msg(timeout=30)
        if message["parent_header"].get("msg_id") == to:
            return message["content"]


@pytest.mark.parametrize("end", ["", "1 / 0"])
def test_a_click_reaches_a_running_cell_and_what_else_is_sent_keeps_its_order(kernel, end):
    cell = kernel.execute(BUSY.format(end=end))
    button, other = wait_for(kernel, "stream", cell)["text"].split()
    click(kernel, other)
    following = [kernel.execute(f"order.append('cell {number}')", stop_on_error=True) for number in (2, 3)]
    click(kernel, button)
    assert reply(kernel, cell)["status"] == ("error" if end else "ok")
    assert [reply(kernel, each)["status"] for each in following] == (["aborted"] * 2 if end else ["ok"] * 2)
    while reply(kernel, said := kernel.execute("print(order)"))["status"] == "aborted":
        pass  # as what was sent before the error
    order = ["cell, asked to stop"] if end else ["cell, asked to stop", "cell 2", "cell 3"]
    found = eval(wait_for(kernel, "stream", said)["text"])
    assert (
        [each for each in found if each != "other button"] == order
        and found.count("other button") == 1
        and found[0] == order[0]
    )


def test_without_a_kernel_nothing_is_asked_and_nothing_happens():
    import ipywidgets

    with hear_clicks(ipywidgets.Button()) as poll:
        assert poll() is None
