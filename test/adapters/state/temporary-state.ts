import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach } from 'vitest';
import { type OpenedState, openState } from '../../../src/adapters/state/open-state.ts';
import { START_MS } from './sample.ts';

/** A folder for a state, made before each test and removed after it, with what is opened in it. */
export class TemporaryState {
  folder = '';
  nowMs = START_MS;
  readonly clock = { nowMs: () => this.nowMs };
  /** How far the clock was set, ms: time itself goes on. */
  setByMs = 0;
  readonly uptimeMs = () => this.nowMs - this.setByMs - START_MS + 3_600_000;
  readonly #opened: OpenedState[] = [];

  get file(): string {
    return join(this.folder, 'state.db');
  }

  async open(folder = this.folder): Promise<OpenedState> {
    const state = await openState(folder, {
      clock: this.clock,
      uptimeMs: this.uptimeMs,
      leaseMs: 30_000,
    });
    this.#opened.push(state);
    return state;
  }

  /** Makes the state and leaves it. */
  async make(fill: (state: OpenedState) => Promise<unknown> = async () => {}): Promise<void> {
    const state = await openState(this.folder, { clock: this.clock, uptimeMs: this.uptimeMs });
    await fill(state);
    await state.close();
  }

  /** SQL on the file, past all that guards it. */
  raw(sql: string, file = this.file): Record<string, unknown>[] {
    const database = new DatabaseSync(file);
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  async begin(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'staunch-state-'));
    this.nowMs = START_MS;
    this.setByMs = 0;
  }

  async end(): Promise<void> {
    for (const state of this.#opened.splice(0)) await state.close().catch(() => undefined);
    await rm(this.folder, { recursive: true });
  }
}

export function temporaryState(): TemporaryState {
  const temporary = new TemporaryState();
  beforeEach(() => temporary.begin());
  afterEach(() => temporary.end());
  return temporary;
}
