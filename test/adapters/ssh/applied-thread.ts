import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { PracticeSlack } from '../../../practice/slack/practice-slack.ts';
import { PRACTICE_SEED } from '../../../practice/slack/seed.ts';
import type { ServerPlan } from '../../../src/remediation/plan.ts';
import { textsOf } from '../../acceptance/chat/message-texts.ts';
import { CONFIG, type RigSettings } from '../../target/apply/helper-rig.ts';
import { SpokenProcess } from '../state/spoken-process.ts';
import type { ApplyingProcess } from './applying-process.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { HelperSshd } from './helper-sshd.ts';

const CHANNEL = 'C0CHECKOUT';
const ROOT = resolve(import.meta.dirname, '../../..');
export const hasEnded = (lines: readonly string[]): boolean => lines.some(line => line.startsWith('ended'));

/** A server with a helper behind a real sshd, a practice Slack, and processes of Staunch that share one state. */
export class AppliedThread {
  readonly target: HelperSshd;
  readonly proxy: CuttingProxy;
  readonly #slack: PracticeSlack;
  readonly #port: number;
  readonly #place = mkdtempSync(join(tmpdir(), 'staunch-thread-'));
  readonly #started: SpokenProcess[] = [];

  private constructor(target: HelperSshd, slack: PracticeSlack, proxy: CuttingProxy, port: number) {
    this.target = target;
    this.#slack = slack;
    this.proxy = proxy;
    this.#port = port;
  }

  static async start(settings: RigSettings = {}): Promise<AppliedThread> {
    const target = new HelperSshd(settings);
    await target.start();
    const manifest = parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8'));
    const slack = await PracticeSlack.start({ manifest, seed: PRACTICE_SEED });
    const proxy = new CuttingProxy(target.sshd.port);
    return new AppliedThread(target, slack, proxy, await proxy.listen());
  }

  /** A life of Staunch that brings the change to its end, or goes on with it. */
  life(id: string, plan: ServerPlan): SpokenProcess {
    const told: ApplyingProcess = {
      place: this.#place,
      id,
      channel: CHANNEL,
      server: this.target.server({ id: plan.server, port: this.#port }),
      // The stand-in for Gunicorn tells no settings: that its workers are new is what can be seen of it.
      plan: { ...plan, verification: { ...plan.verification, expected: {}, watchMs: 0 } },
      slack: { url: this.#slack.apiUrl, token: this.#slack.botToken },
    };
    const life = new SpokenProcess('../ssh/applying-process.ts', [JSON.stringify(told)]);
    this.#started.push(life);
    return life;
  }

  /** What people read of a change in the channel: its card, as it is now. */
  cards(id: string): readonly string[] {
    return this.#slack
      .messages(CHANNEL)
      .filter(message => message.threadTs === undefined)
      .map(textsOf)
      .filter(text => text.includes(id));
  }

  /** What people read in the threads, as it is now. */
  replies(): readonly string[] {
    return this.#slack
      .messages(CHANNEL)
      .filter(message => message.threadTs !== undefined)
      .map(textsOf);
  }

  /** Resolves once the condition holds; rejects after so many seconds. */
  async until(condition: () => boolean, seconds: number, what: string): Promise<void> {
    for (let ms = 0; !condition(); ms += 20) {
      if (ms > seconds * 1000) throw new Error(`${what} did not come within ${seconds} s`);
      await pause(20);
    }
  }

  /** Content and mode of the configuration file. */
  file(): { readonly text: string; readonly mode: number; readonly uid: number } {
    const { mode, uid } = statSync(this.target.files.path(CONFIG));
    return { text: this.target.files.read(CONFIG), mode: mode & 0o777, uid };
  }

  /** How often the unit was reloaded since this was asked last. */
  takeReloads(): number {
    const calls = this.target.files.takeCalls();
    return calls.filter(([tool, ...words]) => tool === 'systemctl' && words.includes('reload')).length;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map(life => life.kill()));
    await this.proxy.close();
    await this.target.stop();
    await this.#slack.stop();
    rmSync(this.#place, { recursive: true, force: true });
  }
}
