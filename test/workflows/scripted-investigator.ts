import type {
  Investigated,
  InvestigationRequest,
  Investigator,
  ProgressListener,
} from '../../src/workflows/investigator-port.ts';
import { aDocument } from '../report/documents.ts';
import type { FakeTime } from './fake-time.ts';

export interface Script {
  readonly tookMs: number;
  readonly result: Investigated | 'never' | 'fault';
  /** How often each of the servers tells how it gets on, evenly over the time. */
  readonly tells?: number;
  readonly servers?: readonly string[];
}

/** A verdict with `lines` pieces of evidence and a chart. */
export const aVerdict = (service = 'checkout', lines = 2): Investigated => ({
  ok: true,
  document: aDocument({
    service,
    verdict: 'confirmed',
    evidence: Object.fromEntries(
      Array.from({ length: lines }, (_, i) => [
        `E${i + 1}`,
        { server: 'web-1', source: 'kernel-log' as const, at: null, text: `line ${i + 1}` },
      ]),
    ),
  }),
  chart: { png: new Uint8Array([0x89, 0x50, 0x4e, 0x47]), altText: 'a chart' },
});

/** Investigates by the clock of the test, as its script says. */
export class ScriptedInvestigator implements Investigator {
  readonly asked: InvestigationRequest[] = [];
  cancelled = 0;
  atOnce = 0;
  mostAtOnce = 0;
  script: (request: InvestigationRequest) => Script = ({ service }) => ({
    tookMs: 4_000,
    result: aVerdict(service),
  });
  readonly #time: FakeTime;

  constructor(time: FakeTime) {
    this.#time = time;
  }

  async investigate(
    request: InvestigationRequest,
    progress: ProgressListener,
    cancel: AbortSignal,
  ): Promise<Investigated> {
    this.asked.push(request);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    const { tookMs, result, tells = 1, servers = ['web-1'] } = this.script(request);
    let over = false;
    const cut = new Promise<'cut'>(resolve =>
      cancel.addEventListener('abort', () => {
        if (!over) this.cancelled++;
        resolve('cut');
      }),
    );
    try {
      for (const server of servers) progress({ server, state: 'connecting' });
      for (let told = 0; told < tells; told++) {
        if ((await Promise.race([this.#time.sleep(tookMs / tells), cut])) === 'cut') break;
        for (const server of servers) progress({ server, state: told % 2 === 0 ? 'asking' : 'connecting' });
      }
      if (result === 'never') {
        await cut;
        await new Promise(() => {});
      }
      if (cancel.aborted) return { ok: false, problem: 'stopped' };
      if (result === 'fault') throw new TypeError('a bug');
      for (const server of servers) progress({ server, state: 'done', bytes: 1_024, tookMs });
      return result as Investigated;
    } finally {
      over = true;
      this.atOnce--;
    }
  }

  async close(): Promise<void> {}
}
