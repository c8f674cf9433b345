#!/usr/bin/env python3
"""load.py URL -n REQUESTS -c AT_ONCE -r PER_SECOND -s MAX_SECONDS: bounded load; prints {"status": count} as JSON."""
import argparse
import collections
import http.client
import json
import threading
import time
import urllib.parse

options = argparse.ArgumentParser()
options.add_argument("url")
options.add_argument("-n", type=int, default=100)
options.add_argument("-c", type=int, default=4)
options.add_argument("-r", type=float, default=0)
options.add_argument("-s", type=float, default=60)
options.add_argument("-t", type=float, default=30)
given = options.parse_args()

url = urllib.parse.urlsplit(given.url)
path = (url.path or "/") + ("?" + url.query if url.query else "")
lock = threading.Lock()
sent = 0
counts = collections.Counter()
began = time.monotonic()


def next_request():
    global sent
    with lock:
        if sent >= given.n or time.monotonic() - began > given.s:
            return None
        sent += 1
        return sent - 1


def client():
    while (number := next_request()) is not None:
        if given.r:
            time.sleep(max(0, began + number / given.r - time.monotonic()))
        connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=given.t)
        try:
            connection.request("GET", path, headers={"User-Agent": "lab"})
            response = connection.getresponse()
            status = str(response.status)
            response.read()
        except (OSError, http.client.HTTPException) as error:
            status = "broken" if isinstance(error, http.client.HTTPException) else "no-answer"
        finally:
            connection.close()
        with lock:
            counts[status] += 1


threads = [threading.Thread(target=client) for _ in range(given.c)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(counts))
