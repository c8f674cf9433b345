import type { ServiceGrowth } from '../../src/growth/growth-finding.ts';
import { AutoDiagnosis } from '../../src/workflows/auto-diagnosis.ts';
import type { DiagnosisRunsSettings } from '../../src/workflows/diagnosis-runs.ts';
import { GrowthWarnings, type WarningPlace } from '../../src/workflows/growth-warnings.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import { UnaskedDiagnoses } from '../../src/workflows/unasked-diagnoses.ts';
import type { WarningView, WarningWords } from '../../src/workflows/warning-ports.ts';
import { WarningSnoozes } from '../../src/workflows/warning-snoozes.ts';
import type { KillSeen } from '../../src/workflows/watch-events.ts';
import { aLook, LOOK_MS, type LookStory } from '../growth/looks.ts';
import { aStage, type ChatStage } from './chat-stage.ts';
import { followingOf } from './incident-stage.ts';

const said =
  (what: string) =>
  ({ warning, kills }: WarningView) => ({
    text: `${what} ${warning.service} ${warning.growth.severity} kills=${kills.length}${warning.snooze ? ' snoozed' : ''}`,
    blocks: [],
  });
export const plainWords: WarningWords = {
  warning: said('warning'),
  raised: said('raised'),
  killed: said('killed'),
  resolved: said('resolved'),
};

/** What warns about one state: several of them are several processes. */
export class Warner {
  readonly warnings: GrowthWarnings;
  readonly snoozes: WarningSnoozes;
  readonly auto: AutoDiagnosis;
  readonly logged: string[] = [];
  readonly drawn: ServiceGrowth[] = [];
  place: WarningPlace | undefined = { channel: 'C1', quietHours: false, pingsPerDay: 6 };

  constructor(state: State, stage: ChatStage, name = 'w') {
    const say = (_: object, text: string) => void this.logged.push(text);
    const log = { info() {}, warn: say, error: say };
    const wakeDelivery = () => void stage.delivery.deliverDue();
    const sightOf = async () => ({ silent: [], gaps: [] });
    let id = 0;
    this.warnings = new GrowthWarnings({
      state,
      words: plainWords,
      ids: { next: () => `${name}${++id}` },
      log,
      workspace: 'T1',
      placeOf: async () => this.place,
      draw: async ({ growth }) => {
        this.drawn.push(growth);
        return { png: new Uint8Array([1]), altText: 'two workers that grow' };
      },
      sightOf,
      wakeDelivery,
    });
    this.snoozes = new WarningSnoozes({ state, words: plainWords, sightOf, wakeDelivery });
    const unasked = new UnaskedDiagnoses({
      state,
      runs: stage.runs,
      clock: stage.time,
      log,
      workspace: 'T1',
      timeZone: 'UTC',
      channelOf: async () => this.place?.channel,
    });
    this.auto = new AutoDiagnosis({
      clock: stage.time,
      log,
      unrestOf: service => unasked.unrestOf(service),
      begin: (alarm, decision) => unasked.begin(alarm, decision),
    });
  }
}

/** A service that is looked at every twenty minutes, the state and the chat behind it. */
export async function aWarnedService(settings: DiagnosisRunsSettings = {}) {
  const base = await aStage(settings, state => state, followingOf);
  const { time, state, stage } = base;
  const warner = new Warner(state, stage);
  return {
    ...base,
    warner,
    /** A look, and everything that is delivered because of it. */
    async look(story: LookStory, others: readonly Warner[] = []) {
      const growth = aLook(time.nowMs(), story);
      await Promise.all([warner, ...others].map(each => each.warnings.judged(growth, [])));
      await time.advance(LOOK_MS);
      await stage.delivery.deliverDue();
      await time.advance(5_000);
    },
    kill(change: Partial<KillSeen> = {}): KillSeen {
      const toMs = time.nowMs();
      return {
        kind: 'kill-seen',
        server: 'web-1',
        service: 'shop',
        unit: 'shop.service',
        kills: 1,
        fromMs: toMs - 60_000,
        toMs,
        proof: 'unit',
        ...change,
      };
    },
  };
}
