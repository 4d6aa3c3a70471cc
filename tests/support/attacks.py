"""Answers that try to get points that they do not deserve, to read or change what is none of theirs, or to
bring the grader down.

Each is the source of an answer cell, run in the sandbox alone. ``MIME`` stands for what a probe shows its
value as.
"""

from gpt2lab.grading.sandbox.probe import MIME

_PUBLISH = f"""\
import json
from IPython import get_ipython
MIME = {MIME!r}
show = get_ipython().display_pub.publish
"""
_SHOWN = _PUBLISH + "answer = 0\nget_ipython().display_pub.publish = lambda *_, **__: show({{MIME: {}}})"
_RIGHT = "json.dumps({'kind': 'number', 'value': number + 1})"
_ANSWERS_LATER = """\
class Later(list):
    def __getitem__(self, _):
        {}
        return [1]

answer = Later([1])"""

# The right value is shown, but it is not the value of the answer; or what is shown is no value at all.
FORGED = {
    "shows a right value itself": _PUBLISH + f"answer = 0\nshow({{MIME: {_RIGHT}}})",
    "shows two values": _PUBLISH + _ANSWERS_LATER.format(f"show({{MIME: {_RIGHT}}})"),
    "shows values from a thread": (
        _PUBLISH
        + f"""\
import threading, time
answer = 0
def again():
    for _ in range(40):
        show({{MIME: {_RIGHT}}})
        time.sleep(0.05)
threading.Thread(target=again).start()"""
    ),
    "says that it is right": _SHOWN.format('\'{"kind": "right", "state": "right", "earned": 1}\''),
    "a verdict": _SHOWN.format('{"state": "right", "reason": ""}'),
    "nested ten thousand deep": _SHOWN.format('\'{"kind": "list", "items": [\' * 10_000 + \']}\' * 10_000'),
    "three million characters": _SHOWN.format("'x' * 3_000_000"),
    "escapes": _SHOWN.format("'\\1' * 80_000"),
    "a number of ten thousand digits": _SHOWN.format(
        "'{\"kind\": \"number\", \"value\": ' + '9' * 10_000 + '}'"
    ),
    "another json.dumps": """\
import json
answer = 0
json.dumps = lambda *_, **__: '{"kind": "right"}'""",
    "not a number": "answer = float('nan')",
    "infinite": "answer = float('inf')",
    "too large for any float": "answer = 10 ** 5000",
    "a value that is no text": (
        _PUBLISH
        + """\
answer = 0
get_ipython().display_pub.publish = lambda data, *_, **__: show({name: [[1], {}] for name in data})"""
    ),
    "data that is no dictionary": (
        _PUBLISH
        + """\
answer = 0
shell = get_ipython()
shell.display_pub.publish = lambda data, *_, **__: shell.kernel.session.send(
    shell.display_pub.pub_socket, 'display_data', {'data': MIME, 'metadata': {}}, parent=shell.parent_header
)"""
    ),
    "equal to everything": """\
class Yes:
    __eq__ = __ge__ = __le__ = lambda *_: True
    __hash__ = object.__hash__
    __float__ = lambda _: 1.0
    def __getattr__(self, name):
        return lambda *_, **__: self

answer = Yes()""",
    "another class": """\
class Yes:
    __class__ = property(lambda self: int)
    __eq__ = lambda *_: True
    __abs__ = lambda self: 0
    __int__ = lambda self: 1

answer = Yes()""",
    "a number whose text is code": """\
class Yes(float):
    __repr__ = __str__ = lambda _: '__import__("os").abort()'
    __eq__ = lambda *_: True

answer = Yes('nan')""",
    "a table by its name": """\
class DataFrame:
    __getattr__ = lambda self, name: self
    __iter__ = lambda self: iter(())
    __eq__ = lambda *_: True

answer = DataFrame()""",
    "a text that is code": """\
class Yes(str):
    __eq__ = lambda *_: True
    __hash__ = str.__hash__
    __str__ = lambda self: self

answer = Yes('number + 1')""",
    "looks at who calls it": """\
import sys
def answer(*given):
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, (int, float)) and value > 10**6:
                return value
        frame = frame.f_back
""",
}

# What the answer leaves behind would disturb the exercises after it.
DISTURBING = {
    "a transformer that strips": """\
import ast
from IPython import get_ipython
answer = 0
class Strip(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant(True) if 'show' in ast.dump(node) else node

get_ipython().ast_transformers.append(Strip())""",
    "an input transformer": """\
answer = 0
from IPython import get_ipython
get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])""",
    "errors are not shown": """\
from IPython import get_ipython
get_ipython()._showtraceback = get_ipython().showtraceback = lambda *_, **__: None
1 / 0""",
    "nothing is shown": """\
answer = 0
from IPython import get_ipython
get_ipython().display_pub.publish = lambda *_, **__: None""",
    "other builtins": """\
import builtins
answer = 0
builtins.exec = builtins.print = builtins.len = builtins.isinstance = lambda *_, **__: True""",
    "modules of its own": """\
import sys, types
answer = 0
fake = types.ModuleType('fake')
fake.__getattr__ = lambda name: lambda *_, **__: True
names = 'json math numpy gpt2lab gpt2lab.course gpt2lab.course.checks.checking gpt2lab.grading'
for name in (*names.split(), 'gpt2lab.grading.sandbox.probe'):
    sys.modules[name] = fake""",
    "numpy broken": """\
import numpy
answer = 0
numpy.random.default_rng = None""",
    "names deleted": """\
answer = 0
for name in [name for name in globals() if not name.startswith('__')]:
    del globals()[name]
answer = 0""",
    "leaves pytest out": """\
# NBVAL_SKIP
# NBVAL_RAISES_EXCEPTION
# NBVAL_CHECK_OUTPUT
# PYTEST_VALIDATE_IGNORE_OUTPUT
raise SystemExit(0)""",
    "a magic before": "%no_such_magic\nanswer = 0",
    "standard output of its own": """\
import sys, io
answer = 0
sys.stdout = sys.stderr = sys.__stdout__ = io.StringIO()
sys.stdin = None""",
    "asks for input": "import getpass\nanswer = input('number: ') or getpass.getpass()",
    "a loop left running": """\
import asyncio
answer = 0
async def on():
    while True:
        await asyncio.sleep(0)

task = asyncio.get_event_loop().create_task(on())""",
    "no valid text": "answer = '\ud800\udc00 \udfff'",
    "a NUL": "answer = 1\0",
}

# The kernel ends, or is as good as ended.
ENDED = {
    "SystemExit": "raise SystemExit(0)",
    "exit": "exit()",
    "os._exit": "import os\nos._exit(0)",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "kills all that it can": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    # A new kernel, in which the instructor's solution stands in the place of the answer, must not be asked
    # for the value.
    "ends before its value is asked for": """\
import os, time
from IPython import get_ipython
answer = 0
kernel = get_ipython().kernel
send = kernel.session.send
def last(*given, **named):
    sent = send(*given, **named)
    if 'idle' in str(given):
        time.sleep(0.01)
        os._exit(0)
    return sent
kernel.session.send = last""",
    "ends when its cell is done": """\
import os
from IPython import get_ipython
answer = 0
get_ipython().events.register('post_run_cell', lambda *_: os._exit(0))""",
    "ends when the value is looked at": _ANSWERS_LATER.format("__import__('os')._exit(0)"),
    "another program": "import os\nos.execv('/bin/sleep', ['sleep', '1'])",
    "messages that are none": """\
import threading, time
from IPython import get_ipython
answer = 0
socket = get_ipython().display_pub.pub_socket
def bad():
    while True:
        socket.send_multipart([b'x', b'<IDS|MSG>', b'', b'{', b'[]', b'7', b'nul'])
        time.sleep(0.02)
threading.Thread(target=bad).start()""",
    "other sockets": """\
import os, glob
answer = 0
for path in glob.glob('/run/gpt2lab/*/*'):
    os.unlink(path)
    os.symlink('/dev/zero', path)
os._exit(1)""",
}

# Time runs out: as long as a cell may take.
ENDLESS = {
    "another run_cell": """\
answer = 0
from IPython import get_ipython
get_ipython().run_cell_async = None
get_ipython().run_cell = lambda *_, **__: None""",
    "deep recursion": """\
import sys
sys.setrecursionlimit(10**9)
def deeper(n):
    return [deeper(n + 1)] + sorted([n], key=lambda _: deeper(n + 1))
deeper(0)""",
    "no protocol": """\
from IPython import get_ipython
answer = 0
get_ipython().kernel.session.send = lambda *_, **__: None""",
    "catches all": """\
import signal
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            pass
    except BaseException:
        pass""",
    "a kernel that does not answer": """\
import time
from IPython import get_ipython
answer = 0
get_ipython().kernel.shell_stream and None
time.sleep = None
get_ipython().events.register('post_run_cell', lambda *_: __import__('threading').Event().wait())""",
}

# Memory, processes, files: each has a limit. What is tried must end by it, not by the time.
GREEDY = {
    "memory": """\
hold = []
while True:
    hold.append(b'x' * 50_000_000)""",
    "memory that is shared": """\
import mmap
hold = []
while True:
    hold.append(mmap.mmap(-1, 50_000_000))
    hold[-1].write(b'x' * 50_000_000)""",
    "memory in many processes": """\
import os, time
for _ in range(20):
    if not os.fork():
        hold = b'x' * 150_000_000
        time.sleep(60)
time.sleep(60)""",
    "memory in sockets": """\
import os, socket, time
for _ in range(8):
    if not os.fork():
        hold = []
        while len(hold) < 480:
            hold.append(socket.socketpair())
            for one in hold[-1]:
                one.setblocking(False)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                try:
                    while True:
                        one.send(b'x' * 65536)
                except BlockingIOError:
                    pass
        time.sleep(60)
time.sleep(60)""",
    "processes": """\
import os, time
answer = 0
while os.fork() or time.sleep(60) is not None:
    pass""",
    "processes in the background": """\
import os, time
for _ in range(90):
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        time.sleep(60)
time.sleep(60)""",
    "threads": """\
import threading
answer = 0
hold = threading.Event()
while True:
    threading.Thread(target=hold.wait).start()""",
    "files": """\
import os, itertools
for number in itertools.count():
    os.close(os.open(f'/tmp/{number}', os.O_CREAT))""",
    "files where the sockets are": """\
import os, glob
folder = os.path.dirname(glob.glob('/run/gpt2lab/*/connection.json')[0])
for number in range(10**6):
    os.close(os.open(f'{folder}/{number}', os.O_CREAT))""",
    "output": "for _ in range(10**6):\n    print('y' * 1000)",
    "output at once": "print('x' * 200_000_000)",
    "output below Python": """\
import os
while True:
    os.write(1, b'z' * 100_000)
    os.write(2, b'z' * 100_000)""",
    "output as markup": """\
from IPython.display import HTML, display
for _ in range(10**6):
    display(HTML('<b>x</b>' * 500))""",
    "output in one place": """\
from IPython.display import display
handle = display(0, display_id=True)
for number in range(10**6):
    handle.update(number)""",
    "messages of widgets": """\
from IPython import get_ipython
kernel = get_ipython().kernel
for number in range(10**6):
    content = {'comm_id': 'x', 'data': {'x': 'x' * 1000}}
    kernel.session.send(kernel.iopub_socket, 'comm_msg', content, parent=get_ipython().parent_header)""",
    "clears": """\
from IPython.display import clear_output
for _ in range(10**6):
    clear_output()""",
}

# Errors are read by the grader: their texts are the student's.
ERRORS = {
    "no text": """\
class Odd(Exception):
    def __str__(self):
        return 1 / 0
    __repr__ = __str__

raise Odd""",
    "markup": (
        "raise type('<script>alert(1)</script>', (Exception,), {})('<img src=x onerror=alert(1)>"
        " \\x1b[31m\\x1b]0;x\\x07')"
    ),
    "a long name": "raise type('x' * 100_000, (Exception,), {})('y' * 500_000)",
    "recursion": """\
def deeper():
    deeper()
deeper()""",
    "a group": "raise BaseExceptionGroup('x' * 1000, [ValueError('<b>' * 1000)] * 500)",
    "no Python": "answer = (((\nthis is </pre><script>no Python</script>",
    "nested": "answer = " + "(" * 5000 + ")" * 5000,
    "not there": "answer = numbr + 1",
    "names a hidden value": "raise NameError(f\"name 'secret{number}' is not defined\")",
}

# What can be reached from the kernel: the answer is what was found, a dictionary of lists of text. {ipv4},
# {path} and so on are filled in by the test.
_LOOK_ROUND = """
import ctypes, gc, glob, os, socket, sys
def tried(action, *given):
    try:
        return str(action(*given))[:200]
    except OSError as error:
        return type(error).__name__
def content(path):
    with open(path, 'rb') as file:
        return len(file.read(100_000))
def connected(family, *address):
    with socket.socket(getattr(socket, family)) as one:
        one.settimeout(3)
        one.connect(*address)
"""
FINDINGS = {
    "files": (
        _LOOK_ROUND
        + """\
places = {places}
found = {{path: tried(content, path) for place in places for path in [place, *glob.glob(place)]}}
answer = {{'read': [path for path, size in found.items() if size.isdigit() and size != '0']}}"""
    ),
    "writable": (
        _LOOK_ROUND
        + """\
places = [*{places}, sys.prefix + '/x', sys.executable, '/proc/sys/kernel/hostname']
places += [folder + '/x' for folder in ('/usr', '/etc', '/run', '/run/gpt2lab', '/dev', '')]
answer = {{'written': [place for place in places if tried(open, place, 'a').startswith('<')]}}"""
    ),
    "connections": (
        _LOOK_ROUND
        + """\
tries = {{kind: tried(connected, kind.split()[0], *address) for kind, *address in {listeners}}}
answer = {{'connected': [kind for kind, result in tries.items() if result == 'None']}}"""
    ),
    "processes": (
        _LOOK_ROUND
        + """\
own = glob.glob('/proc/[0-9]*/cmdline')
files = [tried(os.readlink, path) for path in glob.glob('/proc/*/fd/*')]
answer = {{
    'said': [open(path).read()[:100] for path in own],
    'root': [tried(os.listdir, path.replace('cmdline', 'root/run')) for path in own],
    'sockets': [int(file[8:-1]) for file in files if file.startswith('socket')],
    'environment': [name for name in os.environ if 'JUDGE' in name or 'GRADING' in name],
}}"""
    ),
    "rights": (
        _LOOK_ROUND
        + """\
C = ctypes.CDLL(None, use_errno=True)
rights = {{
    'setuid': tried(os.setuid, 0),
    'chroot': tried(os.chroot, '/tmp'),
    'memory file': tried(os.memfd_create, 'x'),
    'nice': tried(os.nice, -5),
    'user namespace': 'OSError' if C.unshare(0x10000000) else 'None',
    'mount': 'OSError' if C.mount(b'/', b'/tmp', 0, 4096, 0) else 'None',
    'shared memory': 'OSError' if C.shmget(0, 4096, 0o1600) < 0 else 'None',
    'trace': 'OSError' if C.ptrace(0, 0, 0, 0) else 'None',
}}
answer = {{'could': [name for name, result in rights.items() if 'Error' not in result]}}"""
    ),
    # Every text that Python holds, and every cell that was run: no seed, no solution, no value of the key.
    "texts": (
        _LOOK_ROUND
        + """\
import linecache
found = (one for thing in gc.get_objects() for one in gc.get_referents(thing))
texts = [str(one) for one in found if isinstance(one, (str, bytes))]
texts += [str(linecache.cache), str(globals().get('In'))]
sought = [''.join(parts) for parts in {sought}]
seen = [text for text in sought if any(text in one for one in texts)]
answer = {{'seen': seen, 'many': len(texts) > 10_000}}"""
    ),
}

# Goes into the background twice over, in a session of its own, and would sleep on for a day.
DAEMON = """\
import os, time
answer = 0
if not os.fork():
    os.setsid()
    if not os.fork():
        os.execv('/bin/sleep', ['sleep', '86400{marker}'])
    os._exit(0)
"""
