"""gunicorn.py --config FILE app:app: a stand-in for Gunicorn with its habits that matter to the helper.

SIGHUP reads the configuration again, starts new workers and ends the old ones; a configuration that cannot be read,
or an application (the file app-broken) that does not import, ends the main process. Much faster than the real one.
"""
import os
import signal
import sys
import time

folder = os.getcwd()
config = [sys.argv[at + 1] for at, word in enumerate(sys.argv) if word == "--config"][-1]
workers = []
hung_up = False


def read_config():
    values = {}
    with open(config) as file:
        exec(compile(file.read(), config, "exec"), values)
    if not isinstance(values.get("max_requests", 0), int):
        raise ValueError("max_requests")
    return values


def start_worker():
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.path.exists(folder + "/app-broken"):
        os._exit(3)
    while os.getppid() == master:
        time.sleep(0.2)
    os._exit(0)


def on_hup(*_):
    global hung_up
    hung_up = True


def on_term(*_):
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    sys.exit(0)


master = os.getpid()
if "--check-config" in sys.argv:
    read_config()
    if os.path.exists(folder + "/app-broken"):
        sys.exit("ImportError: app")
    sys.exit(0)
wanted = read_config().get("workers", 2)
signal.signal(signal.SIGHUP, on_hup)
signal.signal(signal.SIGTERM, on_term)
workers = [start_worker() for _ in range(wanted)]
with open(folder + "/master.pid.new", "w") as file:
    file.write(str(master))
os.rename(folder + "/master.pid.new", folder + "/master.pid")
while True:
    if hung_up:
        hung_up = False
        wanted = read_config().get("workers", 2)
        old, workers = workers, [start_worker() for _ in range(wanted)]
        for pid in old:
            os.kill(pid, signal.SIGTERM)
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        pid = 0
    if pid in workers:
        workers.remove(pid)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 3:
            for other in workers:
                os.kill(other, signal.SIGTERM)
            sys.exit(3)
    while len(workers) < wanted:
        workers.append(start_worker())
    if not pid:
        time.sleep(0.01)
