import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDirectives } from '../../src/remediation/drop-in.ts';
import { systemdWord, withoutVariables } from '../../src/remediation/systemd-words.ts';
import { shellText } from '../../src/signals/gunicorn-rewrite.ts';
import { boot, type Host, onRealHosts, shutDown } from './lab.ts';

const UNIT = 'words.service';
const DROP_IN = `/etc/systemd/system/${UNIT}.d/90-staunch.conf`;
const PROGRAM = ['/usr/bin/python3', '-c', 'import time; time.sleep(600)'];
/** What people write on a start line, and what only a test would. */
const WORDS = [
  '--access-logformat',
  '%(h)s "%(r)s" %(s)s',
  '--name',
  'my shop',
  '',
  ';',
  '#no comment',
  '$HOME',
  ['$', '{USER}'].join(''),
  '$$',
  '%n',
  '100%',
  'C:\\tmp\\',
  "it's",
  '"',
  'größe \u{1f4be}',
];

await onRealHosts('ns', 'a planned drop-in', () => {
  let host: Host;

  beforeAll(async () => {
    [host] = (await boot('ns', 'words')) as [Host];
    const unit = `[Service]\nType=exec\nMemoryAccounting=yes\nExecStart=/bin/false\n`;
    await host.feed(`cat > /etc/systemd/system/${UNIT} && mkdir -p ${DROP_IN.replace(/\/[^/]*$/, '')}`, unit);
  });
  afterAll(shutDown);

  async function write(values: Parameters<typeof withDirectives>[2]): Promise<void> {
    const before = await host.root(`cat ${DROP_IN} 2>/dev/null | base64 -w0`, { mayFail: true });
    const content = before === '' ? undefined : new Uint8Array(Buffer.from(before, 'base64'));
    const written = withDirectives(DROP_IN, content, values);
    if (!written.ok) throw new Error(written.refusal.reason);
    await host.feed(`cat > ${DROP_IN}`, Buffer.from(written.content).toString('utf8'));
    await host.root('systemctl daemon-reload');
  }

  const shown = async (property: string) =>
    (await host.root(`systemctl show -p ${property} --value ${UNIT}`)).trim();

  it('starts the program with the very words, and gives it the very variable', async () => {
    const variable = `GUNICORN_CMD_ARGS=${shellText(WORDS)}`;
    await write({
      Environment: systemdWord(variable),
      ExecStart: [...PROGRAM, ...WORDS].map(withoutVariables).map(systemdWord).join(' '),
    });
    await host.root(`systemctl start ${UNIT}`);
    const pid = await shown('MainPID');
    const command = await host.root(`base64 -w0 /proc/${pid}/cmdline`);
    const environment = await host.root(`base64 -w0 /proc/${pid}/environ`);
    const wordsOf = (base64: string) =>
      Buffer.from(base64, 'base64').toString('utf8').split('\0').slice(0, -1);
    expect(wordsOf(command)).toEqual([...PROGRAM, ...WORDS]);
    expect(wordsOf(environment)).toContain(variable);
  });

  it('changes limit and policy of what runs by a daemon-reload alone', async () => {
    const limit = 300 * 1_048_576;
    const pid = await shown('MainPID');
    await write({ MemoryMax: String(limit), MemoryHigh: String(limit - 4_096), OOMPolicy: 'continue' });
    expect(await shown('MainPID')).toBe(pid);
    expect([await shown('MemoryMax'), await shown('OOMPolicy')]).toEqual([String(limit), 'continue']);
    const file = `/sys/fs/cgroup/memory/system.slice/${UNIT}/memory.limit_in_bytes`;
    expect((await host.root(`cat ${file}`)).trim()).toBe(String(limit));
  });
});
