import { fingerprintOf, parseKeyText } from '../../../src/adapters/ssh/known-hosts.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import type { ServerPlan } from '../../../src/remediation/plan.ts';
import { HelperRig, type RigSettings } from '../../target/apply/helper-rig.ts';
import { configPlan } from '../../target/apply/plans.ts';
import { Rig, type Sshd } from './sshd-rig.ts';

/** A real sshd whose key runs the helper on plain files, whatever a client asks for. */
export class HelperSshd {
  readonly files: HelperRig;
  readonly ssh = new Rig();
  sshd!: Sshd;

  constructor(settings: RigSettings = {}) {
    this.files = new HelperRig(settings);
  }

  async start(): Promise<void> {
    this.files.startUnit();
    this.sshd = await this.ssh.sshd({ keyOptions: `restrict,command="${this.files.helper}"` });
  }

  /** The server as the registry has it: it is read with a key that is not there. */
  server(change: Partial<Server> = {}): Server {
    return this.ssh.server(this.sshd, {
      identityFile: '/nonexistent/read-key',
      apply: { user: this.ssh.user, identityFile: this.ssh.keyFile },
      ...change,
    });
  }

  get fingerprint(): string {
    return fingerprintOf(parseKeyText(this.sshd.hostKeyLine)!.keyBlob);
  }

  /** A plan of what is there now, for this very host key. */
  plan(change: Partial<ServerPlan> = {}): Promise<ServerPlan> {
    return configPlan(this.files, { hostKey: this.fingerprint, ...change });
  }

  async stop(): Promise<void> {
    await this.ssh.stop();
    await this.files.remove();
  }
}
