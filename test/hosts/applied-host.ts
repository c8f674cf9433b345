import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Server } from '../../src/inventory/registry.ts';
import type { HelperState } from '../../src/remediation/helper-state.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import { serverPlanDigest } from '../../src/remediation/plan-digest.ts';
import type { HelperAnswer, HelperStatus } from '../../src/workflows/remediation-ports.ts';
import { BLOCK, configPlanOf } from '../target/apply/plans.ts';
import { type Host, inLab, type Ran, readerKey, setupKey } from './lab.ts';

const checkout = join(import.meta.dirname, '..', '..');
export const UNIT = 'checkout.service';
export const CONFIG = '/srv/checkout/gunicorn.conf.py';

/** A host that may be changed: with a key of its own for it, a registry that names it, and the operator's calls. */
export class AppliedHost {
  readonly host: Host;
  readonly folder = mkdtempSync(join(tmpdir(), 'staunch-apply-'));
  readonly #key = join(this.folder, 'apply-key');
  #number = 0;

  constructor(host: Host) {
    this.host = host;
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'apply', '-f', this.#key]);
    writeFileSync(join(this.folder, 'known_hosts'), `${host.knownHost}\n`);
    const file = {
      defaults: {
        user: 'readonly',
        identityFile: readerKey,
        knownHosts: 'known_hosts',
        applyIdentityFile: this.#key,
      },
      servers: { web: { host: host.address } },
      services: { checkout: { unit: UNIT, servers: ['web'] } },
    };
    writeFileSync(join(this.folder, 'staunch.yml'), stringify(file));
  }

  staunch(...args: readonly string[]): Promise<Ran> {
    return inLab([join(checkout, 'bin', 'staunch'), ...args], { cwd: this.folder });
  }

  /** Puts the helper in place over the administrator's login. */
  enable(...more: readonly string[]): Promise<Ran> {
    const admin = ['--install', '--as', 'admin', '--identity', setupKey, '--yes'];
    return this.staunch('server', 'enable-apply', 'web', ...admin, ...more);
  }

  async #call<T>(method: string, ...args: readonly unknown[]): Promise<HelperAnswer<T>> {
    const server: Server = {
      id: 'web',
      host: this.host.address,
      port: 22,
      user: 'readonly',
      tier: 'development',
      hostKey: { kind: 'known-hosts', paths: [join(this.folder, 'known_hosts')] },
      apply: { user: 'staunch-apply', identityFile: this.#key },
    };
    const request = join(this.folder, `request-${++this.#number}.json`);
    writeFileSync(request, JSON.stringify({ server, method, args }));
    const ran = await inLab([process.execPath, join(import.meta.dirname, 'operating.ts'), request], {
      timeoutMs: 300_000,
    });
    if (ran.code !== 0) throw new Error(`${method}: ${ran.err}`);
    return JSON.parse(ran.out) as HelperAnswer<T>;
  }

  state(): Promise<HelperAnswer<HelperState & { hostKey: string }>> {
    return this.#call('state', UNIT);
  }

  /** A plan of what is there now. */
  async plan(change: Partial<ServerPlan> = {}, block = BLOCK): Promise<ServerPlan> {
    const state = await this.state();
    if (!state.ok) throw new Error(JSON.stringify(state));
    const { gunicornVersion } = state;
    const plan = configPlanOf(state, { hostKey: state.hostKey, server: 'web', ...change }, block);
    return {
      ...plan,
      precondition: { ...plan.precondition, ...(gunicornVersion !== undefined && { gunicornVersion }) },
    };
  }

  apply(planId: string, plan: ServerPlan): Promise<HelperAnswer<HelperStatus>> {
    return this.#call('apply', { planId, digest: serverPlanDigest(plan), plan });
  }

  status(planId: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#call('status', UNIT, planId);
  }

  confirm(planId: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#call('confirm', UNIT, planId);
  }

  rollback(planId: string, reason: string): Promise<HelperAnswer<HelperStatus>> {
    return this.#call('rollback', UNIT, planId, reason);
  }

  /** Content, mode, owner and time of the configuration file. */
  async config(): Promise<string> {
    return this.host.root(`stat -c '%a %U:%G %Y' ${CONFIG}; cat ${CONFIG}`);
  }

  get publicKey(): string {
    return readFileSync(`${this.#key}.pub`, 'utf8').trim();
  }

  get key(): string {
    return this.#key;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
