import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPTS = join(import.meta.dirname, '..', '..', 'target', 'read');
const SERVE = '90-serve.sh';

/** A shell and the tools beside it, as they are found on servers of different make. */
export interface Platform {
  readonly name: string;
  readonly shell: readonly string[];
  /** Directory that is the whole PATH. */
  readonly path: string;
}

const TOOLS =
  'cat dd stat date tail head grep sed tr id gzip bzip2 xz zstd sort uniq readlink uname xargs cut wc timeout rm env sleep'.split(
    ' ',
  );

/** The platforms that this machine can play; only what is installed. */
export function platforms(home: string): Platform[] {
  const found: Platform[] = [];
  const busybox = which('busybox');
  const add = (name: string, shell: readonly string[], awk: string | undefined, allBusybox = false): void => {
    const program = which(shell[0] ?? '');
    if (!program || !awk) return;
    const path = join(home, name.replaceAll(' ', '-'));
    mkdirSync(path);
    for (const tool of TOOLS) {
      const target = allBusybox ? busybox : which(tool);
      // busybox packs what it is asked for, but has no zstd.
      if (target && !(allBusybox && tool === 'zstd')) symlinkSync(target, join(path, tool));
    }
    symlinkSync(awk, join(path, awk.endsWith('mawk') ? 'mawk' : 'awk'));
    found.push({ name, shell: [program, ...shell.slice(1)], path });
  };
  add('dash with mawk', ['dash'], which('mawk'));
  add('bash with gawk', ['bash', '--posix'], which('gawk'));
  add('busybox', ['busybox', 'sh'], busybox, true);
  return found;
}

function which(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .map(dir => join(dir, name))
    .find(file => existsSync(file));
}

export interface Told {
  readonly text: string;
  readonly lines: readonly string[];
  /** Lines of the log itself, without the script's own. */
  readonly logLines: readonly string[];
  readonly complaint: string;
  readonly exitCode: number;
  /** The rest of the `#staunch NAME …` lines. */
  notes(name: string): readonly string[];
}

export interface Circumstances {
  readonly zone?: string;
  /** Programs that come first in PATH. */
  readonly fakes?: Readonly<Record<string, string>>;
  readonly asNobody?: boolean;
}

/** Runs one verb as the serve loop would: all files sourced, empty stdin. */
export function ask(
  platform: Platform,
  verb: string,
  args: readonly string[],
  circumstances?: Circumstances,
): Told {
  return call(platform, `ask_${verb.replaceAll('-', '_')}`, args, circumstances);
}

/** Runs one function of the read script. */
export function call(
  platform: Platform,
  name: string,
  args: readonly string[],
  { zone = 'UTC', fakes = {}, asNobody = false }: Circumstances = {},
): Told {
  const home = mkdtempSync(join(tmpdir(), 'staunch-verb-'));
  chmodSync(home, 0o755);
  try {
    const fakeDir = join(home, 'bin');
    mkdirSync(fakeDir);
    for (const [tool, text] of Object.entries(fakes))
      writeFileSync(join(fakeDir, tool), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const sources = readdirSync(SCRIPTS)
      .filter(file => file.endsWith('.sh') && file !== SERVE)
      .sort();
    const program = `${sources.map(file => `. '${join(SCRIPTS, file)}'`).join('; ')}; "$@"`;
    const command = [...platform.shell, '-c', program, 'sh', name, ...args];
    const whole = asNobody
      ? ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command]
      : command;
    const ran = spawnSync(whole[0] ?? '', whole.slice(1), {
      env: { PATH: `${fakeDir}:${platform.path}`, TZ: zone },
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
    if (ran.error) throw ran.error;
    const text = ran.stdout.toString('latin1');
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return {
      text,
      lines,
      logLines: lines.filter(line => !line.startsWith('#staunch ')),
      complaint: ran.stderr.toString('utf8'),
      exitCode: ran.status ?? -1,
      notes: kind =>
        lines.filter(line => line.startsWith(`#staunch ${kind} `)).map(line => line.slice(10 + kind.length)),
    };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Whether these tests may become another user: only root can. */
export const canBecomeNobody = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv');
