/** What to do about something the reading user may not read. */
export interface AccessGrant {
  /** What a diagnosis loses without it. */
  readonly loses: string;
  /** Commands for an administrator of the server, each complete. */
  readonly commands: readonly string[];
  /** False where leaving it denied is the better choice. */
  readonly advised: boolean;
  /** What to know about the commands, or why there is none. */
  readonly remark?: string;
}

const NEW_LOGIN = 'A group counts from the next login on.';
const ROTATED = 'It holds for the files of the next rotations too.';
/** `stat`'s `%U:%G %A`, as the read script adds it: `www-data:adm -rw-r-----`. */
const GROUP = /\([A-Za-z0-9_.-]{1,64}:([A-Za-z0-9_.-]{1,64}) [-a-z]{10}/;
const PATH = /\/[A-Za-z0-9_./@:+=-]{1,400}/;

/**
 * The grant that lets `user` read what check `name` of the `access` answer found denied. `detail` is the
 * check's own words; a path in it makes the command exact. Never root, never sudo for the reading user.
 */
export function accessGrant(name: string, user: string, detail = ''): AccessGrant {
  const path = PATH.exec(detail)?.[0]?.replace(/[.:]+$/, '');
  const folder = path === undefined ? '/var/log/nginx' : path.slice(0, Math.max(1, path.lastIndexOf('/')));
  if (/environ/.test(name)) {
    return {
      loses: 'settings given in GUNICORN_CMD_ARGS or WEB_CONCURRENCY by other means than the unit file',
      commands: [],
      advised: false,
      remark:
        "Only the app's own user may read it. Reading as that user is not recommended: a stolen key could then change the app.",
    };
  }
  if (/smaps/.test(name)) {
    const remark =
      "Only the app's own user may read it; the resident size in /proc/PID/status is used instead.";
    return { loses: 'the exact share of memory of each worker', commands: [], advised: false, remark };
  }
  if (/dmesg/.test(name)) {
    const remark =
      'The kernel log is read from the journal instead; with dmesg_restrict=1 only root may use dmesg.';
    return { loses: 'nothing, while the journal holds the kernel log', commands: [], advised: false, remark };
  }
  if (/kernel|journal/.test(name)) {
    const what = /kernel/.test(name)
      ? 'OOM kills and crashes: the cause of most bursts of 502s'
      : "the app's and systemd's own words";
    return {
      loses: what,
      commands: [`sudo usermod -aG adm,systemd-journal ${user}`],
      advised: true,
      remark: NEW_LOGIN,
    };
  }
  if (/nginx.?config|nginx-T/.test(name)) {
    const commands = [`sudo setfacl -m u:${user}:r ${path ?? '/etc/nginx/nginx.conf'}`];
    return {
      loses: 'which logs and upstreams NGINX uses, unless staunch.yml names the logs',
      commands,
      advised: true,
    };
  }
  if (/log/.test(name)) {
    const loses = /access/.test(name)
      ? 'the count of 502s, request by request'
      : "NGINX's reason for each 502";
    const group = GROUP.exec(detail)?.[1];
    const join = `sudo usermod -aG adm ${user}`;
    const list = `sudo setfacl -m u:${user}:rx,d:u:${user}:r ${folder} && sudo setfacl -m u:${user}:r ${folder}/*.log`;
    if (group === 'adm') return { loses, commands: [join], advised: true, remark: NEW_LOGIN };
    // Any other group (root, www-data, nginx) opens more than logs.
    if (group !== undefined) return { loses, commands: [list], advised: true, remark: ROTATED };
    const remark = `The first where the logs belong to group adm (Debian, Ubuntu), the second elsewhere; see ls -l ${folder}. ${NEW_LOGIN}`;
    return { loses, commands: [join, list], advised: true, remark };
  }
  if (/cgroup|proc|worker/.test(name)) {
    const remark =
      'These are readable by everybody unless /proc is mounted with hidepid: then join the group it names (gid=).';
    return {
      loses: 'memory of the workers, counters of kills',
      commands: ['findmnt -no OPTIONS /proc'],
      advised: true,
      remark,
    };
  }
  if (path !== undefined) {
    return { loses: `what ${path} says`, commands: [`sudo setfacl -m u:${user}:r ${path}`], advised: true };
  }
  const remark = `See docs/access.md; "id ${user}" on the server shows the groups it has.`;
  return { loses: 'this piece of evidence', commands: [], advised: true, remark };
}
