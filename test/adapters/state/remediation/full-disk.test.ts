import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedState, openState } from '../../../../src/adapters/state/open-state.ts';
import type { AuditHead, Proposal } from '../../../../src/workflows/remediation-ports.ts';
import { seededChance, trustCount, trustSeed } from '../../../trust-counts.ts';
import { START_MS } from '../sample.ts';
import { aProposal, approve, proposed } from './changes.ts';

const ROUNDS = trustCount(15, 200);
const DISK = 'size=48m';
/** The reason is stored twice, in what is decided and in its entry. */
const MOST_ROOM = 500_000;
const LONG_REASON = 'because '.repeat(12_500);

const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount();
if (!mayMount)
  console.warn('Left out: decisions on a full disk, which need root and a file system to mount.');

/** A disk that is full in the midst of decisions: what is not in the audit has not happened. */
describe.runIf(mayMount)('on a full disk', () => {
  let folder = '';
  let state: OpenedState;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'staunch-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder]);
    state = await openState(folder, { clock: { nowMs: () => START_MS } });
  });
  afterEach(async () => {
    await state.close();
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  const ballast = () => join(folder, 'ballast');

  /** What was done without its entry in the audit, or told without being done. */
  async function unaudited(seen: Proposal, headBefore: AuditHead | undefined): Promise<string | undefined> {
    const after = await state.remediations.find(seen.id);
    const head = await state.audit.head();
    const isDone = after?.version !== seen.version || after.state !== seen.state;
    const isTold = head?.sequence !== headBefore?.sequence;
    return isDone === isTold
      ? undefined
      : `${seen.id}: ${isDone ? 'done' : 'not done'}, ${isTold ? 'told' : 'not told'}`;
  }

  it(`nothing is decided without its audit, ${ROUNDS} times, and all goes on when there is room`, async () => {
    const chance = seededChance(trustSeed());
    const ends = { refused: 0, decided: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `a${round}`;
      const proposal = await proposed(state, aProposal(id, { service: id, servers: ['web-1'] }));
      const headBefore = await state.audit.head();
      if (chance() < 0.7) trimLog();
      fill(ballast(), Math.floor(chance() * MOST_ROOM));
      const glass = { digest: proposal.digest, person: 'U-ONE', reason: LONG_REASON, atMs: START_MS };
      const answer = await state.remediations.breakGlass(id, glass).catch((error: unknown) => error);
      expect(await unaudited(proposal, headBefore)).toBeUndefined();
      if (answer instanceof Error) expect(answer).toMatchObject({ kind: 'disk-full' });
      else expect(answer).toMatchObject({ ok: true });
      ends[answer instanceof Error ? 'refused' : 'decided'] += 1;
      rmSync(ballast());
      await approve(state, proposal);
      expect(await state.remediations.claim(id, 'p1', START_MS)).toBeDefined();
    }
    console.log(`full disk: ${ROUNDS} rounds, ${ends.refused} refused, ${ends.decided} decided and told`);
    expect(ends.refused).toBeGreaterThan(0);
    expect(await claimsTold()).toBe(ROUNDS);
  }, 600_000);

  it('a decision that is told of in a transaction of its own would be caught', async () => {
    const proposal = await proposed(state, aProposal('a'));
    const headBefore = await state.audit.head();
    const other = new DatabaseSync(join(folder, 'state.db'));
    other.exec("update proposal set state = 'approved', version = 2 where id = 'a'");
    other.close();
    fill(ballast(), 0);
    const entry = { atMs: START_MS, kind: 'approved', actor: 'U-ONE', body: { reason: LONG_REASON } };
    await expect(state.audit.append(entry)).rejects.toMatchObject({ kind: 'disk-full' });
    expect(await unaudited(proposal, headBefore)).toBe('a: done, not told');
  });

  /** Without the room that the log has from earlier: what comes next needs new room on the disk. */
  function trimLog(): void {
    const other = new DatabaseSync(join(folder, 'state.db'));
    other.exec('pragma wal_checkpoint(truncate)');
    other.close();
  }

  /** How many claims the audit tells of, when every entry is there. */
  async function claimsTold(): Promise<number> {
    const entries = await state.audit.entries(1, 100_000);
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    return entries.filter(({ kind }) => kind === 'claimed').length;
  }
});

/** Writes until there is no room for another byte, then gives so much of it back. */
function fill(file: string, roomBytes: number): void {
  const opened = openSync(file, 'w');
  try {
    for (const size of [1_048_576, 4_096, 1]) {
      try {
        for (;;) writeSync(opened, Buffer.alloc(size));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
    ftruncateSync(opened, Math.max(0, fstatSync(opened).size - roomBytes));
  } finally {
    closeSync(opened);
  }
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'staunch-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', ['--lazy', folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
