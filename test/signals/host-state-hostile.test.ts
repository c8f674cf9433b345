import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAcceptQueues } from '../../src/signals/accept-queue.ts';
import { readAccessCheck } from '../../src/signals/access-check.ts';
import { readCgroupMemory } from '../../src/signals/cgroup-memory.ts';
import { readGunicornSettings } from '../../src/signals/gunicorn-settings.ts';
import { clockFromEvidence, readBootEpochMs, readHostClock } from '../../src/signals/host-clock.ts';
import { bootEpochFromUptime, readHostMemory } from '../../src/signals/host-memory.ts';
import { readMemorySamples } from '../../src/signals/memory-samples.ts';
import { logsInForce, readNginxConfig } from '../../src/signals/nginx-config.ts';
import { readRecentChanges } from '../../src/signals/recent-changes.ts';
import { readUnitState } from '../../src/signals/unit-state.ts';
import { readVersions } from '../../src/signals/versions.ts';
import { readProcessList, readWorkerTable } from '../../src/signals/worker-table.ts';
import { fixture } from './host-state-fixture.ts';

const readers: readonly [string, (text: string) => unknown][] = [
  ['unit state', text => readUnitState(text, 's', 'app')],
  ['cgroup', text => readCgroupMemory(text, 's')],
  ['worker table', text => readWorkerTable(text, 's', 0)],
  ['process list', text => readProcessList(text, 's')],
  ['accept queues', text => readAcceptQueues(text, 's')],
  [
    'nginx config',
    text => {
      const config = readNginxConfig(text, 's');
      return config?.proxyPasses.slice(0, 5).map(pass => logsInForce(config, pass.level));
    },
  ],
  [
    'gunicorn settings',
    text =>
      readGunicornSettings({
        server: 's',
        environmentText: text,
        unitFilesText: text,
        configText: text,
        master: { commandLine: text, line: { server: 's', source: 'worker-table', text } },
      }),
  ],
  ['host memory', text => [readHostMemory(text), bootEpochFromUptime(text)]],
  ['clock', text => [readHostClock(text, { sentAtMs: 0, receivedAtMs: 1 }), readBootEpochMs(text)]],
  [
    'zone',
    text =>
      clockFromEvidence({
        nginxAccessLine: text,
        unitStateText: text,
        gunicornLine: text,
        hostMemoryText: text,
      }),
  ],
  ['versions', readVersions],
  ['samples', text => readMemorySamples(text, 's')],
  ['changes', text => readRecentChanges(text, 's')],
  ['access', readAccessCheck],
];

// Pieces that each grammar cares about, so that random texts get past the first check.
const PIECES = [
  '\n',
  '\r\n',
  ' ',
  '\t',
  '=',
  ':',
  ';',
  '{',
  '}',
  '"',
  "'",
  '\\',
  '#',
  '### 7',
  '(',
  ')',
  ',',
  '$',
  '${',
  '[',
  ']',
  '0',
  '7',
  '18446744073709551615',
  '1e309',
  '\u0000',
  '\ud800',
  'Id=',
  'MemoryMax=',
  'ExecStart={ argv[]=',
  'memory.events:oom_kill ',
  'cgroup.procs:',
  'stat 7 (',
  'PPid:\t',
  'LISTEN ',
  'u_str ',
  '* 0',
  'http {',
  'server {',
  'location / {',
  'include ',
  '*',
  'access_log ',
  'proxy_pass ',
  'content_by_lua_block {',
  '--[[',
  '# configuration file /a:\n',
  'cmdline\tgunicorn\t',
  'environ\tGUNICORN_CMD_ARGS=',
  '--workers',
  '-w',
  '\n--- config\n',
  'workers = ',
  'if x:',
  'import *',
  '"""',
  'MemTotal:',
  ' kB',
  'epoch=',
  'zone=',
  '+0100',
  'ts,pid,ppid,vmrss_kb',
  'check\t',
];

describe.each(readers)('%s', (_, read) => {
  it('does not throw on any text', () => {
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map(parts => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(texts, text => void read(text)),
      { numRuns: 200 },
    );
  });

  it('does not throw on captures cut anywhere', () => {
    for (const name of [
      'systemctl-show-vm.txt',
      'proc-vm.txt',
      'nginx-T-vm.txt',
      'cgroup-v2-qemu.txt',
      'gunicorn.conf.py.txt',
    ]) {
      const text = fixture(name);
      for (let end = 0; end < text.length; end += 97) read(text.slice(0, end));
    }
  });

  // Half of what one short answer may hold. Linear readers need some 10 ms; quadratic ones minutes.
  it.each([
    'a',
    ' ',
    '\n',
    '{',
    '}',
    'a{',
    '"',
    '\\',
    '(',
    '[',
    '0',
    '0 ',
    '=',
    ';',
    'a;',
    '#',
    '\t',
    'a=b\n',
    '* 0 ',
    "'",
    '$',
    '-',
    '--a ',
    ',',
    'x = (',
    'from b import *\nworkers = 1\n',
    'a = 1;',
    'LISTEN 0 0 ',
    'memory.stat:a 1\n',
    'memory.events:oom_kill 1\n',
    '### 7\n',
    'Environment=A=b\n',
    'EnvironmentFiles=/a\n',
    'http { server { location / { proxy_pass http://a; access_log /x; error_log /y; } } }\n',
    '# configuration file /a:\ninclude /*;\n',
    '# configuration file /a:\nserver { include /a; include /a; }\n',
    'location / { include *; }\n',
    'content_by_lua_block { [[',
    'cmdline\tgunicorn\t--w\t',
    'environ\tA=b\n',
    '1\n',
    'PID PPID\n1 1\n',
    '\n\n',
    'Id=a\n\n',
  ])('reads 256 KB of %j in linear time', piece => {
    const text = piece.repeat(Math.ceil((256 * 1024) / piece.length));
    const started = performance.now();
    read(text);
    read(`[Service]\n${text}`);
    read(`cmdline\tgunicorn\t${text}\n--- config\n${text}`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
