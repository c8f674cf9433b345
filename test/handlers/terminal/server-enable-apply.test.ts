import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type EnableApplyContext,
  type EnableApplyOptions,
  serverEnableApply,
} from '../../../handlers/terminal/server-enable-apply.ts';
import { loadHelperFile } from '../../../src/adapters/ssh/helper-file.ts';
import type { ApplyFiles } from '../../../src/inventory/apply-files.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import { aTerminal, registryInMemory } from './server-terminal.ts';

const REGISTRY = `defaults: { applyIdentityFile: /keys/apply }
servers:
  web-1: { host: 10.0.0.5 }
  spare: { host: 10.0.0.6 }
services:
  checkout: { unit: checkout.service, servers: [web-1] }
`;
const ANSWERS = {
  'unit-state': 'Id=checkout.service\nMainPID=815\n',
  'gunicorn-environment':
    'cmdline\t/usr/bin/python3\t/usr/bin/gunicorn\t-c\tgunicorn.conf.py\tapp:app\ncwd\t/srv/checkout\nenviron-denied\nconfig-file\t/srv/checkout/gunicorn.conf.py\t1795316400\n--- config\nworkers = 3\n',
};
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJcGmVzBp0nPWhHT7Qz2Zb2uo6xQ1m9x0t7y staunch-apply';
const TICK = { name: 'the helper answers for checkout.service', ok: true };

async function run(
  options: Partial<EnableApplyOptions>,
  world: Partial<Omit<EnableApplyContext, 'registry'>> & {
    registry?: string;
    replies?: string[];
    answers?: object;
  } = {},
) {
  const { registry = REGISTRY, replies, answers = ANSWERS, ...given } = world;
  const { context, shown } = aTerminal({
    registry: registryInMemory(registry),
    answers: answers as Record<string, string>,
    ...(replies && { replies }),
  });
  const installed: { admin: Server; files: ApplyFiles }[] = [];
  const code = await serverEnableApply(
    { id: 'web-1', ...options },
    {
      ...context,
      publicKeyOf: async () => KEY,
      applyHelper: loadHelperFile,
      installApply: async (admin, files) => {
        installed.push({ admin, files: files('192.0.2.10') });
        return { ok: true, steps: [{ text: '/usr/libexec/staunch-helper', changed: true }], sudo: [TICK] };
      },
      proveApply: async () => [TICK],
      ...given,
    },
  );
  return { code, shown, installed };
}

describe('staunch server enable-apply', () => {
  it('prints exactly what must be in place, with the checksum of the helper that it prints too', async () => {
    const { code, shown } = await run({});
    expect(code).toBe(0);
    expect(shown.err).toBe('');
    const { text, sha256 } = await loadHelperFile();
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
    expect(shown.out).toContain(`sha256sum staunch-helper    # ${sha256}`);
    expect(shown.out).toContain('staunch-apply ALL=(root) NOPASSWD: /usr/libexec/staunch-helper ""');
    expect(shown.out).toContain(
      `restrict,from="ADDRESS-OF-STAUNCH",command="/usr/bin/sudo -n /usr/libexec/staunch-helper" ${KEY.split(' ').slice(0, 2).join(' ')} staunch-apply`,
    );
    expect(shown.out).toContain('"/srv/checkout/gunicorn.conf.py"');
    expect(shown.out).toContain('"dropIn": "/etc/systemd/system/checkout.service.d/90-staunch.conf"');
    expect(shown.out).toContain('Fill in:\n  ADDRESS-OF-STAUNCH');
    const [, data = ''] = /StandardInputData=(\S+)/.exec(shown.out) ?? [];
    expect(JSON.parse(Buffer.from(data, 'base64').toString())).toEqual({ schema: 1, verb: 'overdue' });
  });

  it('says how to make a key where there is none', async () => {
    const { code, shown } = await run({}, { registry: REGISTRY.replace(/^defaults.*\n/, '') });
    expect(code).toBe(2);
    expect(shown.out).toContain('ssh-keygen -t ed25519 -N "" -C staunch-apply -f ~/.ssh/staunch_apply');
    expect(shown.out).toContain('applyIdentityFile: ~/.ssh/staunch_apply');
  });

  it.each([
    ['an unknown server', { id: 'web-2' }, /no server "web-2".*did you mean web-1/],
    ['a server without services', { id: 'spare' }, /No service in staunch.yml runs on spare/],
    ['an installation by nobody', { install: true }, /--install needs --as USER/],
  ])('refuses %s', async (_, options, complaint) => {
    const { code, shown, installed } = await run(options);
    expect(code).toBe(2);
    expect(shown.err).toMatch(complaint);
    expect(installed).toEqual([]);
  });

  it('leaves out of the list what the read side cannot see, and says so', async () => {
    const { shown } = await run({}, { answers: { 'unit-state': 'Id=checkout.service\nMainPID=0\n' } });
    expect(shown.err).toContain('only its drop-in may be changed');
    expect(shown.out).toContain('"files": []');
  });

  it('installs after a yes, as the administrator and never with the key that reads, and shows the proofs', async () => {
    const { code, shown, installed } = await run(
      { install: true, as: 'admin', identity: '/keys/admin', checkConfig: true },
      { replies: ['yes'] },
    );
    expect(code).toBe(0);
    expect(installed).toHaveLength(1);
    expect(installed[0]?.admin).toMatchObject({
      user: 'admin',
      identityFile: '/keys/admin',
      host: '10.0.0.5',
    });
    expect(installed[0]?.files.authorizedKeys).toContain('from="192.0.2.10"');
    expect(installed[0]?.files.targets.units['checkout.service']).toMatchObject({ checkConfig: true });
    expect(shown.out).toContain('  new   /usr/libexec/staunch-helper\n');
    expect(shown.out).toContain('  ✓ the helper answers for checkout.service\n');
  });

  it.each([[['no']], [['']], [undefined]])('installs nothing after the answer %j', async replies => {
    const { code, shown, installed } = await run(
      { install: true, as: 'admin' },
      replies === undefined ? {} : { replies },
    );
    expect(code).toBe(2);
    expect(shown.err).toMatch(/Nothing was put in place|give --yes/);
    expect(installed).toEqual([]);
  });

  it('is loud when the key can do more than it should', async () => {
    const leak = { name: 'a tunnel is refused', ok: false, detail: 'a tunnel was \u001b[2Jopened' };
    const { code, shown } = await run({ prove: true }, { proveApply: async () => [TICK, leak] });
    expect(code).toBe(3);
    expect(shown.out).toContain('  ✗ a tunnel is refused: a tunnel was \\x1b[2Jopened\n');
    expect(shown.err).toContain('Mend it before you approve a change on web-1');
  });
});
