import type { BuiltInCauseId } from '../diagnosis/cause.ts';

/**
 * Per cause: what to look at, and with which command, before anything is changed. `{unit}` and `{window}`
 * (journalctl's --since and --until) are filled in. Every command only reads.
 */
export type Step = readonly [words: string, command?: string];

export const CAUSE_STEPS: Readonly<Record<BuiltInCauseId, readonly Step[]>> = {
  'worker-oom-kill': [
    [
      'Does one kill stop the whole service? (OOMPolicy=stop does; "continue" would come first)',
      'systemctl show -p OOMPolicy,MemoryMax,MemoryHigh,NRestarts {unit}',
    ],
    [
      'Then the limit: does it fit workers x RSS, and has the host room for more?',
      'ps -eo pid,rss,etimes,unit:40,args --sort=-rss | grep -F {unit}; free -m',
    ],
    ['Last, growth: recycling with jitter helps only if RSS is measured to rise with requests served.'],
  ],
  'userspace-oom-kill': [
    ['Who killed, and over which threshold?', 'journalctl -u systemd-oomd -u earlyoom {window}'],
    [
      'What does the unit allow it to do?',
      'systemctl show -p ManagedOOMMemoryPressure,ManagedOOMSwap,ManagedOOMPreference,MemoryMax {unit}',
    ],
    [
      'The memory is still the problem: who holds it?',
      'ps -eo pid,rss,etimes,unit:40,args --sort=-rss | head -20',
    ],
  ],
  'memory-stall': [
    ['Is the host or only this unit short of memory?', 'cat /proc/pressure/memory; free -m; vmstat 1 5'],
    [
      'Is MemoryHigh throttling it?',
      'systemctl show -p MemoryHigh,MemoryMax,MemoryCurrent,ControlGroup {unit}',
    ],
    ['Longer time-outs would only hide this; the time goes into waiting for memory.'],
  ],
  'worker-timeout': [
    [
      'Where was the code stuck? The traceback follows the time-out line.',
      "journalctl -u {unit} {window} | grep -A 30 'WORKER TIMEOUT'",
    ],
    [
      'Which requests take that long? Compare them with the timeout in force.',
      'systemctl cat {unit} | grep -i timeout',
    ],
    [
      'Was the host itself stalled (CPU, disk, swap)?',
      'head /proc/pressure/cpu /proc/pressure/io /proc/pressure/memory',
    ],
    ['Recycling workers does not help: the request is slow, not the worker old.'],
  ],
  'worker-crash': [
    ['Which library crashed?', 'coredumpctl list {window}; coredumpctl info PID'],
    ['What did the kernel say?', "journalctl -k {window} | grep -E 'segfault|trap|general protection'"],
    [
      'Always the same URL? A C extension or one used across fork (--preload) is the usual reason; recycling only hides it.',
    ],
  ],
  'worker-exit': [
    ['What did the app say just before it left?', 'journalctl -u {unit} {window}'],
    ['Look in the code for sys.exit() and os._exit() on the paths that failed.'],
  ],
  'worker-killed-externally': [
    [
      'Who was logged in or ran a job at that time?',
      'journalctl {window} _COMM=sudo + _COMM=cron + _COMM=sshd; last -F | head',
    ],
    ['Is a watchdog or a deploy script told to kill?', 'systemctl list-timers --all; systemctl cat {unit}'],
    ['Is auditing on? It may name the sender.', 'ausearch -i -sc kill 2>/dev/null | tail -20'],
  ],
  'worker-died-mid-response': [
    ['Did a worker leave at these instants?', 'journalctl -u {unit} {window}'],
    [
      'Did the kernel kill or log a crash?',
      "journalctl -k {window} | grep -iE 'oom|killed process|segfault'",
    ],
    ['These answers stand in the access log with status 200 and a short length: compare lengths per URL.'],
  ],
  'service-stopped': [
    [
      'Who stopped it, and is it meant to be down?',
      'systemctl status --no-pager {unit}; journalctl -u {unit} {window}',
    ],
    ['Who ran systemctl?', 'journalctl {window} _COMM=sudo + _COMM=systemctl'],
    ['Start it only when the reason is known.'],
  ],
  'deploy-restart': [
    ['Was it planned? Compare with the deploys of that time.', 'journalctl -u {unit} -u nginx {window}'],
    [
      'How long was nobody listening? A reload (HUP) or a .socket unit closes that gap.',
      'systemctl cat {unit}; systemctl list-sockets',
    ],
    [
      'Does stopping fit the time allowed for it?',
      'systemctl show -p TimeoutStopUSec,ExecReload,KillMode {unit}',
    ],
  ],
  'master-killed': [
    ['Which signal, and what came before it?', 'journalctl -u {unit} {window}'],
    ['Out of memory?', "journalctl -k {window} | grep -iE 'oom|killed process'"],
    [
      'Does systemd start it again, and how soon?',
      'systemctl show -p Restart,RestartUSec,NRestarts,Result {unit}',
    ],
  ],
  'app-boot-failure': [
    [
      'The traceback names the reason.',
      "journalctl -u {unit} {window} | grep -B 2 -A 40 'Exception in worker'",
    ],
    [
      'What changed just before (code, packages, environment)?',
      'systemctl cat {unit}; systemctl show -p Result,NRestarts {unit}',
    ],
    ['Starting it again and again changes nothing and may trip the start limit.'],
  ],
  'recycling-drops-requests': [
    [
      'Which recycling is in force?',
      'systemctl cat {unit}; journalctl -u {unit} {window} | grep -i autorestarting',
    ],
    [
      'Which Gunicorn, which worker class, does NGINX keep connections?',
      "nginx -T 2>/dev/null | grep -nE 'keepalive|proxy_http_version'",
    ],
    [
      'Do not lower max_requests: each recycle costs requests. A newer Gunicorn, sync workers or no upstream keep-alive stop that.',
    ],
  ],
  'recycling-without-jitter': [
    [
      'Do all workers leave in the same seconds?',
      'journalctl -u {unit} {window} | grep -iE "autorestarting|booting"',
    ],
    ['Is max_requests_jitter set?', 'systemctl cat {unit} | grep -i max'],
    ['Jitter of 10 to 50 % of max_requests spreads the recycles; do not lower max_requests.'],
  ],
  'backlog-full': [
    ['Is the line full now? Recv-Q is who waits, Send-Q is the room.', 'ss -xl; ss -tl'],
    [
      'What are the workers busy with? A slow dependency comes before "too few workers".',
      'journalctl -u {unit} {window}',
    ],
    ['How deep may the line be?', 'sysctl net.core.somaxconn; systemctl cat {unit} | grep -i backlog'],
  ],
  'workers-saturated': [
    ['Is the line filled now? Recv-Q is who waits.', 'ss -xl; ss -tl'],
    [
      'Are the workers computing or waiting?',
      'ps -eo pid,stat,pcpu,wchan:20,etimes,unit:40 | grep -F {unit}',
    ],
    ['Which requests hold them? Look for the longest times in the access log before adding workers.'],
  ],
  'slow-upstream': [
    ['Which paths are slow, and since when?', 'journalctl -u {unit} {window}'],
    ['How long does NGINX wait?', "nginx -T 2>/dev/null | grep -nE 'proxy_(read|connect|send)_timeout'"],
    [
      'Then the database or service behind those paths; no worker died, so restarting or recycling changes nothing.',
    ],
  ],
  'socket-permission': [
    [
      'Who may open the socket, and may NGINX pass every directory above it?',
      'ss -xl | grep -i sock; namei -l /run/APP/APP.sock',
    ],
    ['Did SELinux or AppArmor refuse?', "journalctl -k {window} | grep -iE 'avc|apparmor'"],
    [
      'Which user, group and umask does the unit set?',
      'systemctl show -p User,Group,UMask,RuntimeDirectoryMode {unit}',
    ],
  ],
  'upstream-header-too-big': [
    ['Which headers does the app send?', 'curl -sS -o /dev/null -D - URL | sort | cut -c1-120'],
    ['How much room does NGINX give?', "nginx -T 2>/dev/null | grep -nE 'proxy_buffer'"],
    ['Smaller cookies first; a bigger proxy_buffer_size second.'],
  ],
  'keepalive-race': [
    [
      'How long do both ends keep idle connections?',
      "nginx -T 2>/dev/null | grep -nE 'keepalive|proxy_http_version'; systemctl cat {unit}",
    ],
    ['The app must keep them longer than NGINX does, or NGINX must not keep them at all.'],
  ],
  'nginx-config': [
    [
      'What is in force, and does it parse?',
      'nginx -t; nginx -T 2>/dev/null | grep -nE "upstream|proxy_pass|server "',
    ],
    ['When was it changed?', 'find /etc/nginx -mtime -7 -type f -exec ls -l {} +'],
    [
      'Does the app answer when asked directly?',
      'curl -sS -o /dev/null -w "%{http_code}\\n" --unix-socket /run/APP/APP.sock http://localhost/',
    ],
  ],
  'nginx-worker-crash': [
    ['Which signal, and is there a core?', 'journalctl -u nginx {window}; coredumpctl list nginx'],
    ['Which modules are loaded?', 'nginx -V 2>&1 | head -5; nginx -T 2>/dev/null | grep -n load_module'],
  ],
  'application-error': [
    ['What went wrong in the app?', "journalctl -u {unit} {window} | grep -A 40 'Error handling request'"],
    [
      'Which paths, since when? Compare with the last deploy.',
      'systemctl show -p ActiveEnterTimestamp {unit}',
    ],
  ],
  'client-abort': [
    ['How long had these clients waited? Status 499 with a long time means that the answer was slow.'],
    ['Which clients and paths? A health check or a load balancer with a short time-out looks like this.'],
  ],
  'dependency-oom-kill': [
    [
      'Which unit was killed, and is it up again?',
      "journalctl -k {window} | grep -i 'killed process'; systemctl --failed",
    ],
    ['Who holds the memory of the host?', 'ps -eo pid,rss,etimes,unit:40,args --sort=-rss | head -20'],
    ['Leave Gunicorn alone: it is not what failed.'],
  ],
};

/** What would settle whether it was this cause at all, where that differs from the first look at a settled one. */
export const SETTLING_STEPS: Readonly<Partial<Record<BuiltInCauseId, Step>>> = {
  'worker-oom-kill': [
    'Did the kernel kill? Its log and the counter of the unit both tell.',
    "journalctl -k {window} | grep -iE 'oom|killed process'",
  ],
  'userspace-oom-kill': ['Did a memory watchdog kill?', 'journalctl -u systemd-oomd -u earlyoom {window}'],
  'deploy-restart': ['Was it stopped and started?', 'journalctl -u {unit} {window}'],
};
