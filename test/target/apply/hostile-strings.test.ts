import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerPlan } from '../../../src/remediation/plan.ts';
import { serverPlanText, sha256 } from '../../../src/remediation/plan-digest.ts';
import { seededChance, trustCount, trustSeed } from '../../trust-counts.ts';
import { CONFIG_TEXT, DROP_IN, HelperRig, UNIT } from './helper-rig.ts';
import { applyRequest, configPlan } from './plans.ts';

let rig: HelperRig;
afterEach(() => rig.remove());

const PIECES = [
  ...[
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned',
    '| touch pwned',
    '&& touch pwned',
    '\n',
    '\r',
    '\0',
    '\t',
  ],
  ...[
    '--',
    '-',
    '--property=',
    '../',
    '/../',
    '/',
    '//',
    '.',
    '..',
    '~',
    '*',
    '?',
    '%n',
    '%%',
    '$HOME',
    '\\',
    '"',
    "'",
  ],
  ...[
    '\u202e',
    '\u200b',
    'ä',
    '💾',
    '\ud800',
    'a'.repeat(200),
    '.service',
    '.service.d/',
    'checkout',
    '@',
    ':',
    ' ',
  ],
  ...[
    'import os',
    '# END staunch',
    '# BEGIN staunch',
    'max_requests = ',
    '[Service]',
    'ExecStart=',
    'User=root',
    '1',
  ],
  ...[
    '/etc/passwd',
    '/srv/checkout/gunicorn.conf.py',
    '{}',
    '[]',
    'null',
    '1e999',
    '\u2028',
    '\x7f',
    '\x1b[2J',
  ],
];
const hostile = (chance: () => number): string =>
  Array.from(
    { length: 1 + Math.floor(chance() * 4) },
    () => PIECES[Math.floor(chance() * PIECES.length)],
  ).join('');

/** A plan for a main process that is gone: what passes every check of its form is stale, so that none is applied. */
const stale = (plan: ServerPlan): ServerPlan => ({
  ...plan,
  precondition: { ...plan.precondition, mainStartTicks: 1 },
});
const check = (plan: ServerPlan): unknown => ({
  schema: 1,
  verb: 'check',
  unit: plan.unit,
  plan: textOf(plan),
});

/** Where a hostile string can be put into a request. */
const PLACES: readonly ((plan: ServerPlan, text: string) => unknown)[] = [
  (_, text) => ({ schema: 1, verb: 'state', unit: text }),
  (_, text) => ({ schema: 1, verb: 'state', unit: `${text}.service` }),
  (_, text) => ({ schema: 1, verb: text, unit: UNIT }),
  (_, text) => ({ schema: 1, verb: 'status', unit: UNIT, planId: text }),
  (_, text) => ({ schema: 1, verb: 'rollback', unit: UNIT, planId: `p-${text}`, reason: text }),
  (plan, text) => applyRequest({ ...stale(plan), unit: text }, 'plan'),
  (plan, text) => applyRequest(stale(plan), text),
  (plan, text) => applyRequest({ ...stale(plan), changes: [{ ...plan.changes[0]!, path: text }] }, 'plan'),
  (plan, text) =>
    applyRequest(
      { ...stale(plan), changes: [{ ...plan.changes[0]!, path: `/srv/checkout/${text}` }] },
      'plan',
    ),
  (plan, text) =>
    applyRequest({ ...stale(plan), precondition: { ...plan.precondition, fragmentPath: text } }, 'plan'),
  (plan, text) => withBytes(plan, `${CONFIG_TEXT}# BEGIN staunch\n${text}\n# END staunch\n`),
  (plan, text) => withBytes(plan, `${CONFIG_TEXT}# BEGIN staunch\nmax_requests = ${text}\n# END staunch\n`),
  (plan, text) => withBytes(plan, `${CONFIG_TEXT}${text}`),
  (plan, text) => withDropIn(plan, `[Service]\n${text}\n`),
  (plan, text) => withDropIn(plan, `[Service]\nMemoryMax=${text}\n`),
  (plan, text) => withDropIn(plan, `[Service]\nEnvironment="GUNICORN_CMD_ARGS=${text}"\n`),
  (plan, text) =>
    withDropIn(plan, `[Service]\nExecStart=\nExecStart=/usr/bin/gunicorn --workers 2 app:app ${text}\n`),
];

function textOf(plan: ServerPlan): string {
  try {
    return serverPlanText(plan);
  } catch {
    // Half a surrogate pair has no canonical form: as it would come from somebody who does not care.
    return JSON.stringify(plan);
  }
}

function withBytes(plan: ServerPlan, text: string): unknown {
  const bytes = Buffer.from(text);
  const after = { ...plan.changes[0]!.after, sha256: sha256(bytes), base64: bytes.toString('base64') };
  return check({ ...plan, changes: [{ ...plan.changes[0]!, after }] });
}

function withDropIn(plan: ServerPlan, text: string): unknown {
  const bytes = Buffer.from(text);
  const { uid, gid } = rig;
  const after = { sha256: sha256(bytes), base64: bytes.toString('base64'), mode: 0o644, uid, gid };
  return check({
    ...plan,
    changes: [{ path: DROP_IN, before: null, after }],
    activation: { kind: 'daemon-reload' },
  });
}

/** Every name below a folder with what it holds, but for what the helper keeps for itself; its room for trials may be there, empty. */
function picture(folder: string): string[] {
  const seen: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (inner === rig.path('/var/lib/staunch') || entry.name === 'calls.jsonl') continue;
      if (inner === join(rig.folder, 'scratch') && readdirSync(inner).length === 0) continue;
      if (entry.isDirectory()) visit(inner);
      const held = entry.isDirectory()
        ? 'folder'
        : entry.isSymbolicLink()
          ? readlinkSync(inner)
          : sha256(readFileSync(inner));
      seen.push(`${inner} ${held}`);
    }
  };
  visit(folder);
  return seen.sort();
}

const SHOW = /^--property=[A-Za-z,]+$/;
const allowedCall = ([name, ...words]: string[]): boolean => {
  if (name === 'systemctl')
    return (
      words[0] === 'show' &&
      SHOW.test(words[1] ?? '') &&
      words[2] === '--' &&
      words[3] === UNIT &&
      words.length === 4
    );
  if (name === 'systemd-analyze')
    return words.length === 3 && words[1] === 'verify' && (words[2] ?? '').endsWith(`/${UNIT}`);
  return name === 'dpkg-query' && words[0] === '--search' && words[1] === '--' && words.length === 3;
};

async function throwAt(count: number, control?: string): Promise<string[]> {
  rig = new HelperRig(control === undefined ? {} : { control });
  rig.startUnit();
  const chance = seededChance(trustSeed());
  const plan = await configPlan(rig);
  rig.takeCalls();
  // A first check makes the folder that all checks work in, which stays, empty.
  await rig.ask(withDropIn(plan, '[Service]\nOOMPolicy=continue\n'));
  rig.takeCalls();
  const before = picture(rig.folder);
  const changes = () => {
    const now = picture(rig.folder);
    return [...now.filter(line => !before.includes(line)), ...before.filter(line => !now.includes(line))];
  };
  const faults: string[] = [];
  for (let at = 0; at < count; at++) {
    const text = hostile(chance);
    const place = PLACES[at % PLACES.length]!;
    let sent: unknown;
    if (text === 'checkout' || text === UNIT) continue; // by chance the very unit
    try {
      sent = place(plan, text);
    } catch {
      continue; // this text cannot even be put into a plan
    }
    // One folder for all: what a shell would make lies where the helper runs, or where this test does.
    const said = await rig.start(JSON.stringify(sent)).said;
    const strange = rig.takeCalls().filter(call => !allowedCall(call));
    if (strange.length > 0) faults.push(`started ${JSON.stringify(strange)} for ${JSON.stringify(text)}`);
    if (
      said.code !== 0 ||
      (said.answer.ok !== false && said.answer.state !== 'failed' && said.answer.checks === undefined)
    )
      faults.push(
        `answered ${said.out.slice(0, 200)}${said.err.slice(-300)} to ${JSON.stringify(sent).slice(0, 300)}`,
      );
    if (at % 50 === 0 && changes().length > 0)
      faults.push(`${changes().join(', ')} changed, latest by ${JSON.stringify(text)}`);
    if (faults.length > 0 && control !== undefined) break;
  }
  if (changes().length > 0) faults.push(`${changes().join(', ')} changed`);
  if (existsSync('/pwned') || existsSync('pwned')) faults.push('a shell ran');
  return faults;
}

describe('hostile strings', () => {
  it('start nothing but what looks at the unit, and change no file', async () => {
    expect(await throwAt(trustCount(120, 10_000))).toEqual([]);
  }, 3_600_000);

  it('would be noticed in a helper that puts a command together for a shell', async () => {
    const control = `
UNIT = re.compile('.')
target_of_really = target_of
def target_of(unit):
    os.system('exec >/dev/null 2>&1; cd ' + os.path.dirname(HELPER) + '; ' + TOOLS['systemctl'][0] + ' show --property=A -- ' + unit)
    return target_of_really(unit)
`;
    expect(await throwAt(400, control)).not.toEqual([]);
  }, 600_000);

  it.skipIf(!existsSync('/usr/bin/strace'))(
    'start no program and write no file that the tools do not log',
    async () => {
      rig = new HelperRig();
      rig.startUnit();
      const plan = await configPlan(rig);
      const request = applyRequest({ ...plan, unit: UNIT, service: '$(touch pwned)' }, 'plan');
      const trace = join(rig.folder, 'trace');
      writeFileSync(
        join(rig.folder, 'request'),
        JSON.stringify({
          ...request,
          verb: 'check',
          planId: undefined,
          digest: undefined,
          confirmWithinSeconds: undefined,
        }),
      );
      execFileSync('/bin/sh', [
        '-c',
        'exec strace -f -qq -s 300 -e trace=execve,openat,mkdirat,mkdir,rename,renameat,unlink,unlinkat -o "$1" "$2" <"$3"',
        'sh',
        trace,
        rig.helper,
        join(rig.folder, 'request'),
      ]);
      const lines = readFileSync(trace, 'utf8').split('\n');
      const programs = lines.flatMap(line => /execve\("([^"]*)".* = 0$/.exec(line)?.[1] ?? []);
      const python = readlinkSync('/usr/bin/python3');
      const expected = (path: string) =>
        path === rig.helper ||
        path.startsWith(join(rig.folder, 'tools/')) ||
        path === '/usr/bin/python3' ||
        path.endsWith(python);
      expect(programs.length).toBeGreaterThan(2);
      expect(programs.filter(path => !expected(path))).toEqual([]);
      const opened = lines.flatMap(
        line => /openat\([^,]*, "([^"]*)", [^)]*O_(?:WRONLY|RDWR|CREAT)/.exec(line)?.[1] ?? [],
      );
      expect(opened.filter(path => !path.startsWith(rig.folder) && path !== '/dev/null')).toEqual([]);
    },
  );
});
