"""Clicks on a button while a cell is running.

A kernel reads what the front end sends one message after the other, and a running cell is the message that it
is at: a click waits until the cell has ended. Front ends that send what belongs to widgets to a thread of its
own ("subshells", JupyterLab from 4.4 on) do not get round this: ipykernel 7.4 hands what a widget sends to
the thread that last used the widget, and that is the running cell's.
"""

import contextlib
import threading

CLICKED = {"method": "custom", "content": {"event": "click"}}


@contextlib.contextmanager
def hear_clicks(button):
    """While this is open, clicks on a button can be heard from within the cell that is running.

    Everything else that arrives (cells to execute, moves of sliders) takes its usual way and keeps its order;
    it waits for the end of the cell, as it would have done.

    Parameters
    ----------
    button : ipywidgets.Button

    Yields
    ------
    callable
        Call it every now and then: it does what ``button.on_click`` asks for, if the button was clicked since
        the last call. It takes 0.05 ms, and does nothing where there is no kernel.
    """
    stream, session = _messages()
    usual = getattr(stream, "_recv_callback", None)
    if usual is None:
        yield lambda: None
        return
    import zmq

    def sort(frames):
        if _is_click(button, session, frames):
            button.click()
            return None
        return usual(frames)

    stream.on_recv(sort, copy=False)
    try:
        yield lambda: stream.flush(zmq.POLLIN)
    finally:
        stream.on_recv(usual, copy=False)


def _messages():
    """The stream by which messages reach the thread that runs the cells, and what can read them; None and
    None outside of that thread.
    """
    from IPython import get_ipython

    kernel = (
        getattr(get_ipython(), "kernel", None)
        if threading.current_thread() is threading.main_thread()
        else None
    )
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is None:  # ipykernel 6: the thread reads what comes from the front end itself
        return getattr(kernel, "shell_stream", None), getattr(kernel, "session", None)
    # ipykernel 7: another thread does, and hands it on
    pair = thread.manager.get_shell_channel_to_subshell_pair(None)
    return pair.to_stream, kernel.session


def _is_click(button, session, frames):
    # The signature is for whoever acts on the message; to look at it twice would be taken for a replay. So
    # only what is read is unpacked.
    try:
        _, parts = session.feed_identities(frames, copy=False)
        header, content = (session.unpack(parts[place].bytes) for place in (1, 4))
        data = content.get("data", {})
        return (
            header["msg_type"] == "comm_msg"
            and content.get("comm_id") == button.model_id
            and data | CLICKED == data
        )
    except Exception:  # whatever it is, its usual way is the right one
        return False
