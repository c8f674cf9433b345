#!/usr/bin/python3 -IBS
"""staunch-helper: makes the approved changes of Staunch on this server, and takes them back.

It runs as root, reads one JSON object from standard input and answers with one on standard output. It takes no
arguments, reads no environment, starts no shell, and touches only what /etc/staunch/targets.json (root's) allows.
The protocol, and what it accepts as a change: docs/helper-protocol.md. Python 3.6 or newer, its own library alone.
"""
HELPER_VERSION = '1'
# Where things are. Nothing else in this file names a place; no request and no environment can change them.
HELPER = '/usr/libexec/staunch-helper'
ROOT = '/'
ROOT_UID = 0
ROOT_GID = 0
TARGETS = '/etc/staunch/targets.json'
STATE = '/var/lib/staunch'
SCRATCH = '/run/staunch'
UNITS = '/etc/systemd/system'
PROC = '/proc'
SYSLOG = True
TOOLS = {
    'systemctl': ('/usr/bin/systemctl', '/bin/systemctl'),
    'systemd-run': ('/usr/bin/systemd-run', '/bin/systemd-run'),
    'systemd-analyze': ('/usr/bin/systemd-analyze', '/bin/systemd-analyze'),
    'dpkg-query': ('/usr/bin/dpkg-query',),
    'rpm': ('/usr/bin/rpm', '/bin/rpm'),
}
# How long things may take, in seconds.
REQUEST_SECONDS = 20
LOCK_SECONDS = 20
TOOL_SECONDS = 30
CHECK_SECONDS = 60
RELOAD_SECONDS = 60
RESTART_SECONDS = 180
SETTLE_SECONDS = 2
QUIET_SECONDS = 1
SETTLE_AT_MOST_SECONDS = 10
RECYCLE_SECONDS = 45
