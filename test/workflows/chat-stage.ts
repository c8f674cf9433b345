import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type OpenedState, openState } from '../../src/adapters/state/open-state.ts';
import { type Abandonment, Delivery } from '../../src/workflows/delivery.ts';
import { DiagnosisRuns, type DiagnosisRunsSettings } from '../../src/workflows/diagnosis-runs.ts';
import type { IncidentFollowing } from '../../src/workflows/incident-following.ts';
import type { Log } from '../../src/workflows/ports.ts';
import type { RunEnd } from '../../src/workflows/running-diagnosis.ts';
import type { State } from '../../src/workflows/state-ports.ts';
import type { Surface } from '../../src/workflows/surface-ports.ts';
import { FakeTime } from './fake-time.ts';
import { ScriptedInvestigator } from './scripted-investigator.ts';
import { plainTelling, WrittenChat } from './written-chat.ts';

/** A state of its own, on disk as in service; closed and deleted when the test is over. */
export async function aState(time: FakeTime): Promise<OpenedState> {
  const folder = await mkdtemp(join(tmpdir(), 'staunch-state-'));
  const state = await openState(folder, { clock: time });
  onTestFinished(async () => {
    await state.close();
    await rm(folder, { recursive: true });
  });
  return state;
}

/** One life of the process between two crashes: the workflows over a state that outlives them. */
export class ChatStage {
  readonly runs: DiagnosisRuns;
  readonly delivery: Delivery;
  readonly investigator: ScriptedInvestigator;
  readonly abandoned: (Abandonment & { readonly key: string })[] = [];
  readonly ended: RunEnd[] = [];
  readonly logged: string[] = [];
  readonly time: FakeTime;
  #takeBack: () => void = () => {};
  #following: Promise<number | undefined> | undefined;
  #dead = false;

  constructor(
    state: State,
    time: FakeTime,
    world: {
      readonly chat: Surface;
      readonly investigator?: ScriptedInvestigator;
      readonly incidents?: IncidentFollowing;
    },
    settings: DiagnosisRunsSettings = {},
    lives = 1,
  ) {
    this.time = time;
    this.investigator = world.investigator ?? new ScriptedInvestigator(time);
    const log: Log = {
      info: () => {},
      warn: (_, text) => void this.logged.push(text),
      error: (_, text) => void this.logged.push(text),
    };
    let id = 0;
    this.runs = new DiagnosisRuns(
      {
        state,
        investigator: this.investigator,
        telling: plainTelling,
        ...(world.incidents && { incidents: world.incidents }),
        clock: time,
        timer: time,
        ids: { next: () => `id-${lives}-${++id}` },
        log,
        wakeDelivery: () => this.#pump(),
        ended: end => void this.ended.push(end),
        timeZoneOf: async () => 'Europe/Berlin',
      },
      settings,
    );
    this.delivery = new Delivery({
      state,
      surface: world.chat,
      clock: time,
      timer: time,
      events: {
        abandoned: ({ key }, abandonment) => void this.abandoned.push({ key, ...abandonment }),
      },
    });
  }

  /** What the process does when it starts. */
  async start(): Promise<void> {
    await this.runs.resume();
    this.#pump();
  }

  /** The process is gone: its timers never ring, what was under way never goes on. */
  kill(): void {
    this.#dead = true;
    this.#takeBack();
  }

  #pump(): void {
    if (this.#dead) return;
    const due = this.delivery.deliverDue();
    if (due === this.#following) return;
    this.#following = due;
    void due.then(
      nextAtMs => {
        if (due !== this.#following || nextAtMs === undefined || this.#dead) return;
        this.#takeBack();
        this.#takeBack = this.time.after(nextAtMs - this.time.nowMs(), () => this.#pump());
      },
      error => void this.logged.push(String(error)),
    );
  }
}

export const MINUTE = 60_000;
const WINDOW = { fromMs: Date.parse('2026-11-22T10:00:00Z'), toMs: Date.parse('2026-11-22T10:30:00Z') };

/** A question; a test states only what it is about. */
export const aQuestion = (change: Partial<Parameters<DiagnosisRuns['ask']>[0]> = {}) => ({
  deliveryKey: 'delivery-1',
  service: 'checkout',
  workspace: 'T1',
  channel: 'C1',
  askedBy: 'U1',
  window: WINDOW,
  timeZone: 'UTC',
  ...change,
});

/** Everything of one test together; `seen` is the state as the workflows see it. */
export async function aStage(
  settings: DiagnosisRunsSettings = {},
  seen: (state: State, time: FakeTime) => State = state => state,
  incidentsOf?: (state: State, time: FakeTime) => IncidentFollowing,
) {
  const time = new FakeTime();
  const state = await aState(time);
  const chat = new WrittenChat(time);
  const world = { chat, ...(incidentsOf && { incidents: incidentsOf(state, time) }) };
  const stage = new ChatStage(seen(state, time), time, world, settings);
  const { runs, investigator } = stage;
  return { time, state, chat, stage, runs, investigator };
}
