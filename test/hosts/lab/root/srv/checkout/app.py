"""A WSGI app that fails in every way a worker can fail, on request.

/health  /leak?mb=1&ms=20  /slow?s=5  /hang  /hangc  /segv  /exit?code=7  /kill?sig=9  /bighdr?n=16000  /halfbody
"""
import ctypes
import os
import signal
import time
from urllib.parse import parse_qs

KEPT = []  # the leak: one record per request, never dropped
PAGE = 4096


def health(_):
    return "ok\n"


def leak(query):
    """Keeps `mb` megabytes that are really touched, then takes `ms` milliseconds."""
    KEPT.append(bytearray(os.urandom(PAGE) * int(float(query.get("mb", "1")) * 1048576 // PAGE)))
    time.sleep(float(query.get("ms", "0")) / 1000)
    return "kept %d\n" % len(KEPT)


def slow(query):
    time.sleep(float(query.get("s", "5")))
    return "slow\n"


def hang(_):
    """Python code: the SIGABRT of Gunicorn's time-out reaches it."""
    time.sleep(3600)
    return "never\n"


def hangc(_):
    """C code: no Python signal handler can run, only SIGKILL ends it."""
    return str(sum(range(10**12)))


def segv(_):
    ctypes.string_at(0)
    return "never\n"


def leave(query):
    os._exit(int(query.get("code", "7")))


def kill(query):
    os.kill(os.getpid(), int(query.get("sig", "9")))
    time.sleep(5)
    return "never\n"


PATHS = {
    "/": health,
    "/health": health,
    "/leak": leak,
    "/slow": slow,
    "/hang": hang,
    "/hangc": hangc,
    "/segv": segv,
    "/exit": leave,
    "/kill": kill,
}


def half_body():
    """Dies after the headers and half of the body are out: NGINX logs a 200 with a short body."""
    yield b"x" * 65536
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGKILL)
    yield b"y" * 65536


def app(environ, start_response):
    path = environ.get("PATH_INFO", "/")
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    if path == "/halfbody":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "131072")])
        return half_body()
    headers = [("Content-Type", "text/plain")]
    if path == "/bighdr":
        headers.append(("X-Big", "x" * int(query.get("n", "16000"))))
        body = b"big header\n"
    elif path in PATHS:
        body = PATHS[path](query).encode()
    else:
        start_response("404 Not Found", headers)
        return [b"no such path\n"]
    start_response("200 OK", headers + [("Content-Length", str(len(body)))])
    return [body]
