#!/usr/bin/python3 -IS
"""A stand-in for systemctl, systemd-run, systemd-analyze and dpkg-query, by the name it is called by.

It plays one unit, described by unit.json beside it, and writes every call to calls.jsonl: what the helper started.
"""
import json
import os
import signal
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
called = os.path.basename(sys.argv[0])
arguments = sys.argv[1:]
with open(here + "/calls.jsonl", "a") as calls:
    calls.write(json.dumps([called] + arguments) + "\n")
with open(here + "/unit.json") as file:
    unit = json.load(file)
folder = unit["WorkingDirectory"]


def pid():
    try:
        with open(folder + "/master.pid") as file:
            number = int(file.read())
        with open("/proc/%d/stat" % number) as file:
            state = file.read().rsplit(") ", 1)[1][0]
        return 0 if state in "ZX" else number
    except (OSError, ValueError, IndexError):
        return 0


def drop_ins():
    try:
        names = sorted(name for name in os.listdir(unit["dropInFolder"]) if name.endswith(".conf"))
    except FileNotFoundError:
        return []
    return [unit["dropInFolder"] + "/" + name for name in names]


def versions():
    return {path: os.stat(path).st_mtime_ns for path in [unit["FragmentPath"]] + drop_ins()}


def loaded():
    try:
        with open(here + "/loaded.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return versions()


def end(number):
    if number:
        os.kill(number, signal.SIGTERM)
        while pid() == number:
            time.sleep(0.005)


def start():
    try:
        os.unlink(folder + "/master.pid")
    except FileNotFoundError:
        pass
    child = subprocess.Popen(unit["command"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
    while not pid():
        if child.poll() is not None:
            sys.exit("Job for the unit failed")
        time.sleep(0.005)


if called == "systemctl":
    words = [word for word in arguments if not word.startswith("-")]
    verb = words[0]
    if verb == "show":
        if os.path.exists(folder + "/systemctl-fails"):
            sys.exit("Failed to connect to bus")
        known = loaded()
        main = pid()
        shown = {key: value for key, value in unit.items() if isinstance(value, str)}
        shown["MainPID"] = str(main)
        shown["ActiveState"] = "active" if main else "failed"
        shown["Result"] = "success" if main else "exit-code"
        shown["DropInPaths"] = " ".join(path for path in known if path != unit["FragmentPath"])
        shown["NeedDaemonReload"] = "no" if known == versions() else "yes"
        shown["LoadState"] = "loaded"
        for key, value in shown.items():
            print("%s=%s" % (key, value))
    elif verb == "daemon-reload":
        with open(here + "/loaded.json", "w") as file:
            json.dump(versions(), file)
    elif verb == "reload":
        os.kill(pid(), signal.SIGHUP)
    elif verb == "restart":
        end(pid())
        start()
elif called == "dpkg-query":
    sys.exit(1)
