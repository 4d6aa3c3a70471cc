"""Answers that try to get points that they do not deserve, to read or change what is none of theirs, or to
bring the grader down.

Each is the source of an answer cell, run in the sandbox alone. ``MIME`` stands for what a probe shows its
value as.
"""

from gpt2lab.grading.sandbox.probe import MIME

_PUBLISH = (
    f"import json\nfrom IPython import get_ipython\nMIME = {MIME!r}\nshow ="
    " get_ipython().display_pub.publish\n"
)
_SHOWN = _PUBLISH + "answer = 0\nget_ipython().display_pub.publish = lambda *_, **__: show({{MIME: {}}})"
_RIGHT = "json.dumps({'kind': 'number', 'value': number + 1})"
_ANSWERS_LATER = (
    "class Later(list):\n    def __getitem__(self, _):\n        {}\n        return [1]\n\nanswer = Later([1])"
)

# The right value is shown, but it is not the value of the answer; or what is shown is no value at all.
FORGED = {
    "shows a right value itself": _PUBLISH + f"answer = 0\nshow({{MIME: {_RIGHT}}})",
    "shows two values": _PUBLISH + _ANSWERS_LATER.format(f"show({{MIME: {_RIGHT}}})"),
    "shows values from a thread": (
        _PUBLISH + "import threading, time\nanswer = 0\ndef again():\n    for _ in range(40):\n        "
        f"show({{MIME: {_RIGHT}}})\n        time.sleep(0.05)\nthreading.Thread(target=again).start()"
    ),
    "says that it is right": _SHOWN.format('\'{"kind": "right", "state": "right", "earned": 1}\''),
    "a verdict": _SHOWN.format('{"state": "right", "reason": ""}'),
    "nested ten thousand deep": _SHOWN.format('\'{"kind": "list", "items": [\' * 10_000 + \']}\' * 10_000'),
    "three million characters": _SHOWN.format("'x' * 3_000_000"),
    "escapes": _SHOWN.format("'\\1' * 80_000"),
    "a number of ten thousand digits": _SHOWN.format(
        "'{\"kind\": \"number\", \"value\": ' + '9' * 10_000 + '}'"
    ),
    "another json.dumps": 'import json\nanswer = 0\njson.dumps = lambda *_, **__: \'{"kind": "right"}\'',
    "not a number": "answer = float('nan')",
    "infinite": "answer = float('inf')",
    "too large for any float": "answer = 10 ** 5000",
    "a value that is no text": (
        _PUBLISH
        + "answer = 0\nget_ipython().display_pub.publish = lambda data, *_, **__: show({name: [[1], {}] for"
        " name in data})"
    ),
    "data that is no dictionary": (
        _PUBLISH + "answer = 0\nget_ipython().display_pub.publish = lambda data, *_, **__:"
        " get_ipython().kernel.session.send(get_ipython().display_pub.pub_socket, 'display_data', {'data':"
        " MIME, 'metadata': {}}, parent=get_ipython().parent_header)"
    ),
    "equal to everything": (
        "class Yes:\n    __eq__ = __ge__ = __le__ = lambda *_: True\n    __hash__ = object.__hash__\n   "
        " __float__ = lambda _: 1.0\n    def __getattr__(self, name):\n        return lambda *_, **__:"
        " self\n\nanswer = Yes()"
    ),
    "another class": (
        "class Yes:\n    __class__ = property(lambda self: int)\n    __eq__ = lambda *_: True\n    __abs__ ="
        " lambda self: 0\n    __int__ = lambda self: 1\n\nanswer = Yes()"
    ),
    "a number whose text is code": (
        "class Yes(float):\n    __repr__ = __str__ = lambda _: '__import__(\"os\").abort()'\n    __eq__ ="
        " lambda *_: True\n\nanswer = Yes('nan')"
    ),
    "a table by its name": (
        "DataFrame = type('DataFrame', (), {'__getattr__': lambda self, name: self, '__iter__': lambda self:"
        " iter(()), '__eq__': lambda *_: True})\nanswer = DataFrame()"
    ),
    "a text that is code": (
        "class Yes(str):\n    __eq__ = lambda *_: True\n    __hash__ = str.__hash__\n    __str__ = lambda"
        " self: self\n\nanswer = Yes('number + 1')"
    ),
    "looks at who calls it": (
        "import sys\ndef answer(*given):\n    frame = sys._getframe()\n    while frame:\n        for value in"
        " frame.f_locals.values():\n            if isinstance(value, (int, float)) and value > 10**6:\n      "
        "          return value\n        frame = frame.f_back\n"
    ),
}

# What the answer leaves behind would disturb the exercises after it.
DISTURBING = {
    "a transformer that strips": (
        "import ast\nfrom IPython import get_ipython\nanswer = 0\nclass Strip(ast.NodeTransformer):\n    def"
        " visit_Call(self, node):\n        return ast.Constant(True) if 'show' in ast.dump(node) else"
        " node\n\nget_ipython().ast_transformers.append(Strip())"
    ),
    "an input transformer": (
        "answer = 0\nfrom IPython import get_ipython\nget_ipython().input_transformers_cleanup.append(lambda"
        " lines: ['pass\\n'])"
    ),
    "errors are not shown": (
        "from IPython import get_ipython\nget_ipython()._showtraceback = get_ipython().showtraceback = lambda"
        " *_, **__: None\n1 / 0"
    ),
    "nothing is shown": (
        "answer = 0\nfrom IPython import get_ipython\nget_ipython().display_pub.publish = lambda *_, **__:"
        " None"
    ),
    "other builtins": (
        "import builtins\nanswer = 0\nbuiltins.exec = builtins.print = builtins.len = builtins.isinstance ="
        " lambda *_, **__: True"
    ),
    "modules of its own": (
        "import sys, types\nanswer = 0\nfake = types.ModuleType('fake')\nfake.__getattr__ = lambda name:"
        " lambda *_, **__: True\nfor name in ('json', 'math', 'numpy', 'gpt2lab', 'gpt2lab.course',"
        " 'gpt2lab.grading', 'gpt2lab.grading.probe'):\n    sys.modules[name] = fake"
    ),
    "numpy broken": "import numpy\nanswer = 0\nnumpy.random.default_rng = None",
    "names deleted": (
        "answer = 0\nfor name in [name for name in globals() if not name.startswith('__')]:\n    del"
        " globals()[name]\nanswer = 0"
    ),
    "leaves pytest out": (
        "# NBVAL_SKIP\n# NBVAL_RAISES_EXCEPTION\n# NBVAL_CHECK_OUTPUT\n# PYTEST_VALIDATE_IGNORE_OUTPUT\nraise"
        " SystemExit(0)"
    ),
    "a magic before": "%no_such_magic\nanswer = 0",
    "standard output of its own": (
        "import sys, io\nanswer = 0\nsys.stdout = sys.stderr = sys.__stdout__ = io.StringIO()\nsys.stdin ="
        " None"
    ),
    "asks for input": "import getpass\nanswer = input('number: ') or getpass.getpass()",
    "a loop left running": (
        "import asyncio\nanswer = 0\nasync def on():\n    while True:\n        await asyncio.sleep(0)\n\ntask"
        " = asyncio.get_event_loop().create_task(on())"
    ),
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
    "ends before its value is asked for": (
        "import os, time\nfrom IPython import get_ipython\nanswer = 0\nkernel = get_ipython().kernel\nsend ="
        " kernel.session.send\ndef last(*given, **named):\n    sent = send(*given, **named)\n    if 'idle' in"
        " str(given):\n        time.sleep(0.01)\n        os._exit(0)\n    return sent\nkernel.session.send ="
        " last"
    ),
    "ends when its cell is done": (
        "import os\nfrom IPython import get_ipython\nanswer ="
        " 0\nget_ipython().events.register('post_run_cell', lambda *_: os._exit(0))"
    ),
    "ends when the value is looked at": _ANSWERS_LATER.format("__import__('os')._exit(0)"),
    "another program": "import os\nos.execv('/bin/sleep', ['sleep', '1'])",
    "messages that are none": (
        "import threading, time\nfrom IPython import get_ipython\nanswer = 0\nsocket ="
        " get_ipython().display_pub.pub_socket\ndef bad():\n    while True:\n       "
        " socket.send_multipart([b'x', b'<IDS|MSG>', b'', b'{', b'[]', b'7', b'nul'])\n       "
        " time.sleep(0.02)\nthreading.Thread(target=bad).start()"
    ),
    "other sockets": (
        "import os, glob\nanswer = 0\nfor path in glob.glob('/run/gpt2lab/*/*'):\n    os.unlink(path)\n   "
        " os.symlink('/dev/zero', path)\nos._exit(1)"
    ),
}

# Time runs out: as long as a cell may take.
ENDLESS = {
    "another run_cell": (
        "answer = 0\nfrom IPython import get_ipython\nget_ipython().run_cell_async ="
        " None\nget_ipython().run_cell = lambda *_, **__: None"
    ),
    "deep recursion": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(n):\n    return [deeper(n + 1)] + sorted([n],"
        " key=lambda _: deeper(n + 1))\ndeeper(0)"
    ),
    "no protocol": (
        "from IPython import get_ipython\nanswer = 0\nget_ipython().kernel.session.send = lambda *_, **__:"
        " None"
    ),
    "catches all": (
        "import signal\nfor number in range(1, 32):\n    try:\n        signal.signal(number,"
        " signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nwhile True:\n    try:\n       "
        " while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "a kernel that does not answer": (
        "import time\nfrom IPython import get_ipython\nanswer = 0\nget_ipython().kernel.shell_stream and"
        " None\ntime.sleep = None\nget_ipython().events.register('post_run_cell', lambda *_:"
        " __import__('threading').Event().wait())"
    ),
}

# Memory, processes, files: each has a limit. What is tried must end by it, not by the time.
GREEDY = {
    "memory": "hold = []\nwhile True:\n    hold.append(b'x' * 50_000_000)",
    "memory that is shared": (
        "import mmap\nhold = []\nwhile True:\n    hold.append(mmap.mmap(-1, 50_000_000))\n   "
        " hold[-1].write(b'x' * 50_000_000)"
    ),
    "memory in many processes": (
        "import os, time\nfor _ in range(20):\n    if not os.fork():\n        hold = b'x' * 150_000_000\n    "
        "    time.sleep(60)\ntime.sleep(60)"
    ),
    "processes": "import os, time\nanswer = 0\nwhile os.fork() or time.sleep(60) is not None:\n    pass",
    "processes in the background": (
        "import os, time\nfor _ in range(90):\n    if not os.fork():\n        os.setsid()\n        if"
        " os.fork():\n            os._exit(0)\n        time.sleep(60)\ntime.sleep(60)"
    ),
    "threads": (
        "import threading\nanswer = 0\nhold = threading.Event()\nwhile True:\n   "
        " threading.Thread(target=hold.wait).start()"
    ),
    "files": (
        "import os, itertools\nfor number in itertools.count():\n    os.close(os.open(f'/tmp/{number}',"
        " os.O_CREAT))"
    ),
    "files where the sockets are": (
        "import os, glob\nfolder = os.path.dirname(glob.glob('/run/gpt2lab/*/connection.json')[0])\nfor"
        " number in range(10**6):\n    os.close(os.open(f'{folder}/{number}', os.O_CREAT))"
    ),
    "output": "for _ in range(10**6):\n    print('y' * 1000)",
    "output at once": "print('x' * 200_000_000)",
    "output below Python": (
        "import os\nwhile True:\n    os.write(1, b'z' * 100_000)\n    os.write(2, b'z' * 100_000)"
    ),
    "output as markup": (
        "from IPython.display import HTML, display\nfor _ in range(10**6):\n    display(HTML('<b>x</b>' *"
        " 500))"
    ),
    "output in one place": (
        "from IPython.display import display\nhandle = display(0, display_id=True)\nfor number in"
        " range(10**6):\n    handle.update(number)"
    ),
    "messages of widgets": (
        "from IPython import get_ipython\nkernel = get_ipython().kernel\nfor number in range(10**6):\n   "
        " kernel.session.send(kernel.iopub_socket, 'comm_msg', {'comm_id': 'x', 'data': {'x': 'x' * 1000}},"
        " parent=get_ipython().parent_header)"
    ),
    "clears": "from IPython.display import clear_output\nfor _ in range(10**6):\n    clear_output()",
}

# Errors are read by the grader: their texts are the student's.
ERRORS = {
    "no text": (
        "class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\n    __repr__ ="
        " __str__\n\nraise Odd"
    ),
    "markup": (
        "raise type('<script>alert(1)</script>', (Exception,), {})('<img src=x onerror=alert(1)>"
        " \\x1b[31m\\x1b]0;x\\x07')"
    ),
    "a long name": "raise type('x' * 100_000, (Exception,), {})('y' * 500_000)",
    "recursion": "def deeper():\n    deeper()\ndeeper()",
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
        + "places = {places}\nfound = {{path: tried(content, path) for place in places for path in [place,"
        " *glob.glob(place)]}}\nanswer = {{'read': [path for path, size in found.items() if size.isdigit()"
        " and size != '0']}}"
    ),
    "writable": (
        _LOOK_ROUND + "places = [*{places}, sys.prefix + '/x', sys.executable, '/usr/x', '/etc/x', '/run/x',"
        " '/run/gpt2lab/x', '/dev/x', '/proc/sys/kernel/hostname', '/x']\nanswer = {{'written': [place for"
        " place in places if tried(open, place, 'a').startswith('<')]}}"
    ),
    "connections": (
        _LOOK_ROUND + "answer = {{'connected': [kind for kind, *address in {listeners} if tried(connected,"
        " kind.split()[0], *address) == 'None']}}"
    ),
    "processes": (
        _LOOK_ROUND + "own = [path for path in glob.glob('/proc/[0-9]*/cmdline')]\nanswer = {{'said':"
        " [open(path).read()[:100] for path in own], 'root': [tried(os.listdir, path.replace('cmdline',"
        " 'root/run')) for path in own],\n          'sockets': [int(tried(os.readlink, path)[8:-1]) for"
        " path in glob.glob('/proc/*/fd/*') if tried(os.readlink, path).startswith('socket')],\n         "
        " 'environment': [name for name in os.environ if 'JUDGE' in name or 'GRADING' in name]}}"
    ),
    "rights": (
        _LOOK_ROUND
        + "C = ctypes.CDLL(None, use_errno=True)\nanswer = {{'could': [name for name, result in {{\n   "
        " 'setuid': tried(os.setuid, 0), 'chroot': tried(os.chroot, '/tmp'), 'memory file':"
        " tried(os.memfd_create, 'x'), 'nice': tried(os.nice, -5),\n    'user namespace': 'OSError' if"
        " C.unshare(0x10000000) else 'None', 'mount': 'OSError' if C.mount(b'/', b'/tmp', 0, 4096, 0) else"
        " 'None',\n    'shared memory': 'OSError' if C.shmget(0, 4096, 0o1600) < 0 else 'None', 'trace':"
        " 'OSError' if C.ptrace(0, 0, 0, 0) else 'None'}}.items() if 'Error' not in result]}}"
    ),
    # Every text that Python holds, and every cell that was run: no seed, no solution, no value of the key.
    "texts": (
        _LOOK_ROUND + "import linecache\ntexts = [str(one) for thing in gc.get_objects() for one in"
        " gc.get_referents(thing) if isinstance(one, (str, bytes))]\ntexts += [str(linecache.cache),"
        " str(globals().get('In'))]\nsought = [''.join(parts) for parts in {sought}]\nanswer = {{'seen':"
        " [text for text in sought if any(text in one for one in texts)], 'many': len(texts) > 10_000}}"
    ),
}

# Goes into the background twice over, in a session of its own, and would sleep on for a day.
DAEMON = (
    "import os, time\nanswer = 0\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n       "
    " os.execv('/bin/sleep', ['sleep', '86400{marker}'])\n    os._exit(0)\n"
)
