#!/usr/bin/env python3
"""silent-server.py PORT SECONDS ADDRESS...: accepts every connection there and never says a word."""
import selectors
import socket
import sys
import time

port, end = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
selector = selectors.DefaultSelector()
for address in sys.argv[3:]:
    selector.register(socket.create_server((address, port), backlog=64), selectors.EVENT_READ)
print("listening", flush=True)
accepted = []
while time.monotonic() < end:
    for key, _ in selector.select(timeout=1):
        accepted.append(key.fileobj.accept())
