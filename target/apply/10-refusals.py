import base64
import binascii
import errno
import fcntl
import hashlib
import json
import os
import re
import resource
import select
import shlex
import signal
import stat
import subprocess
import sys
import syslog
import time


class Refusal(Exception):
    """Nothing was changed by this call. `code` is one of the protocol's, `detail` is for people."""

    def __init__(self, code, detail):
        Exception.__init__(self, detail)
        self.code = code
        self.detail = detail


class ActivationFailed(Exception):
    """The change was written but did not take effect, or the service did not survive it."""


def plain(text, most=200):
    """Text of unknown origin for a message: one line, printable, short."""
    shown = ''.join(c if c.isprintable() else '?' for c in str(text)[:most + 1])
    return shown if len(shown) <= most else shown[:most - 1] + '…'


def log(text):
    if SYSLOG:
        syslog.syslog(syslog.LOG_NOTICE | syslog.LOG_DAEMON, plain(text, 900))


def now_ms():
    return int(time.time() * 1000)


def boot_seconds():
    """Seconds since boot, sleep included: no step of the wall clock moves it. 7 is CLOCK_BOOTTIME."""
    return time.clock_gettime(7)


def boot_id():
    with open(PROC + '/sys/kernel/random/boot_id') as file:
        return file.read().strip()


def sha256(data):
    return hashlib.sha256(data).hexdigest()
