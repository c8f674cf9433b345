"""Puts the helper and what it needs in place. Run as root by "staunch server enable-apply --install", over the
administrator's own sudo. What it is given is data: the last line of the program calls main() with base64 of JSON.
Doing it again changes nothing. It prints one JSON object.
"""
import base64
import json
import os
import pwd
import subprocess
import sys

CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class Stop(Exception):
    pass


def run(*argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=CLEAN)
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


def must(*argv):
    code, said = run(*argv)
    if code != 0:
        raise Stop("%s: %s" % (" ".join(argv), said))


def write(path, text, mode):
    """Whole or not at all, root's, and only when it differs. Answers whether it was written."""
    folder = os.path.dirname(path)
    os.makedirs(folder, 0o755, exist_ok=True)
    try:
        status = os.lstat(path)
        with open(path, "rb") as file:
            same = file.read() == text.encode() and status.st_uid == 0 and status.st_mode & 0o7777 == mode
        if same and not os.path.islink(path):
            return False
    except FileNotFoundError:
        pass
    trial = "%s/.staunch-install" % folder
    if os.path.lexists(trial):
        os.unlink(trial)
    file = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.write(file, text.encode())
        os.fchown(file, 0, 0)
        os.fchmod(file, mode)
        os.fsync(file)
    finally:
        os.close(file)
    if path.startswith("/etc/sudoers.d/"):
        code, said = run("visudo", "-cf", trial)
        if code != 0:
            os.unlink(trial)
            raise Stop("visudo refuses the line for sudo: %s" % said)
    os.rename(trial, path)
    return True


def user_of(name, home):
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        must("useradd", "--system", "--user-group", "--create-home", "--home-dir", home, "--shell", "/bin/sh", name)
        return pwd.getpwnam(name), True
    if found.pw_uid == 0:
        raise Stop("the user %s is root" % name)
    return found, False


def merged_targets(path, wanted):
    """Units that stand there already and what somebody decided about them are kept."""
    try:
        with open(path) as file:
            present = json.load(file)
    except (FileNotFoundError, ValueError):
        return wanted
    units = dict(present.get("units", {}))
    for unit, target in wanted["units"].items():
        kept = units.get(unit, {})
        units[unit] = dict(target, checkConfig=target["checkConfig"] or kept.get("checkConfig", False))
    return {"schema": 1, "units": units}


def key_lines(path, line):
    try:
        with open(path) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        lines = []
    body = line.split(" ")[-2]
    return [other for other in lines if body not in other.split(" ")] + [line]


def install(given):
    steps = []

    def step(text, changed):
        steps.append({"text": text, "changed": changed})
    user, made = user_of(given["user"], given["home"])
    step("user %s" % given["user"], made)
    for file in given["files"]:
        step(file["path"], write(file["path"], file["text"], file["mode"]))
    targets = merged_targets(given["targetsPath"], given["targets"])
    step(given["targetsPath"], write(given["targetsPath"], json.dumps(targets, indent=2) + "\n", 0o644))
    os.makedirs("/var/lib/staunch", 0o700, exist_ok=True)
    keys = user.pw_dir + "/.ssh/authorized_keys"
    # Root's, so that whoever gets in as this user cannot let another key in.
    step(keys, write(keys, "\n".join(key_lines(keys, given["keyLine"])) + "\n", 0o644))
    must("systemctl", "daemon-reload")
    must("systemctl", "enable", "--quiet", given["bootUnit"])
    step("%s runs at boot" % given["bootUnit"], False)
    return steps


def may(user, *command):
    """Whether sudo would let the user run a command as root; it is not run."""
    return run("sudo", "-n", "-l", "-U", user, *command)[0] == 0


def main(data):
    given = json.loads(base64.b64decode(data).decode())
    try:
        if os.geteuid() != 0:
            raise Stop("this must run as root")
        steps = install(given)
        user, helper = given["user"], given["helper"]
        sudo = [
            {"name": "sudo lets %s run the helper" % user, "ok": may(user, helper)},
            {"name": "sudo refuses the helper with an argument", "ok": not may(user, helper, "--help")},
            {"name": "sudo refuses every other command", "ok": not (may(user, "/bin/sh") or may(user, "/usr/bin/id"))},
        ]
        print(json.dumps({"ok": True, "steps": steps, "sudo": sudo}))
    except (Stop, OSError) as stop:
        print(json.dumps({"ok": False, "detail": str(stop)}))
    sys.exit(0)
