"""A web server for model files that misbehaves on demand."""

import hashlib
import http.server
import threading

AZURE_404 = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code></Error>'


class Server:
    """Serves ``files`` (path to bytes); ``faults`` holds for a file name what to do wrong at its next
    requests.
    """

    def __init__(self):
        self.files, self.faults, self.requests, self.etag = {}, {}, [], True
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                name = self.path.rsplit("/", 1)[1]
                outer.requests.append((name, self.headers.get("Range")))
                queue = outer.faults.get(name, [])
                fault = queue.pop(0) if queue else None
                body = outer.files.get(self.path)
                if isinstance(fault, int):
                    return self.answer(fault, AZURE_404, {"Retry-After": "0"})
                if body is None:
                    return self.answer(404, AZURE_404)
                headers = {"ETag": f'"{hashlib.md5(body).hexdigest()}"'} if outer.etag else {}
                wanted, status, start = self.headers.get("Range"), 200, 0
                unchanged = self.headers.get("If-Range") in (None, headers.get("ETag"))
                if wanted and fault != "no ranges" and unchanged:
                    start = int(wanted.removeprefix("bytes=").rstrip("-"))
                    if start >= len(body):
                        return self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                    status, headers["Content-Range"] = 206, f"bytes {start}-{len(body) - 1}/{len(body)}"
                if fault == "wrong":
                    body = body[:-1] + bytes([body[-1] ^ 1])
                self.answer(status, body[start:], headers, fault)

            def answer(self, status, body, headers=None, fault=None):
                self.send_response(status)
                for key, value in {
                    "Content-Length": len(body),
                    "Connection": "close",
                    **(headers or {}),
                }.items():
                    self.send_header(key, str(value))
                self.end_headers()
                self.close_connection = True
                if fault in ("cut", "hang"):
                    self.wfile.write(body[: len(body) // 2])
                    self.wfile.flush()
                    if fault == "hang":
                        outer.released.wait(100)
                    return
                self.wfile.write(body)

        self.released = threading.Event()
        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_address[1]}/models"
        threading.Thread(target=self.httpd.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.released.set()
        self.httpd.shutdown()
        self.httpd.server_close()

    def asked(self, name):
        return [wanted for file, wanted in self.requests if file == name]
