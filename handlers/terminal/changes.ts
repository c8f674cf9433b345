import { safeText } from '../../src/report/safe-text.ts';
import { clockWords, dayWords, zoneWords } from '../../src/report/time-words.ts';
import type { Proposal, Remediations } from '../../src/workflows/remediation-ports.ts';
import { EXIT } from './context.ts';

/** Changes in the state that the environment names. */
export interface ChangesLooking {
  /** Opens the state to look, whoever works with it. A state that cannot be read is a refusal in words. */
  look<T>(
    use: (remediations: Pick<Remediations, 'stopped' | 'inState'>) => Promise<T>,
  ): Promise<{ readonly ok: true; readonly seen: T } | { readonly ok: false; readonly problem: string }>;
  /** Opens the state to work with it; refused while a process has it for itself. */
  work(
    use: (remediations: Pick<Remediations, 'stopChanges' | 'allowChanges'>) => Promise<void>,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string }>;
}

export interface ChangesContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly timeZone: string;
  readonly clock: { nowMs(): number };
  readonly changes: ChangesLooking;
  /** Who is at the terminal, for the audit. */
  readonly person: string;
}

/** `staunch changes status`: whether changes are stopped, what waits and what goes on. */
export async function changesStatus({
  changes,
  write,
  writeError,
  timeZone,
}: ChangesContext): Promise<number> {
  const done = await changes.look(async remediations => ({
    stopped: await remediations.stopped(),
    going: await remediations.inState(['open', 'approved', 'applying', 'unknown']),
  }));
  if (!done.ok) {
    writeError(`The state could not be read. ${done.problem}\n`);
    return EXIT.failed;
  }
  const { stopped, going } = done.seen;
  const when = (ms: number) =>
    `${dayWords(ms, timeZone)} ${clockWords(ms, timeZone, 'minute')} ${zoneWords(ms, timeZone)}`;
  write(
    stopped === undefined
      ? 'Changes are allowed.\n'
      : `Changes are STOPPED since ${when(stopped.atMs)} by ${safeText(stopped.by, 100)}: ${safeText(stopped.why, 500)}\n`,
  );
  for (const proposal of going) write(`${rowOf(proposal, when)}\n`);
  if (going.length === 0) write('Nothing waits for approval and nothing is being applied.\n');
  return EXIT.fine;
}

/** `staunch changes stop REASON` and `staunch changes allow REASON`: the kill switch. */
export async function changesSwitch(
  what: 'stop' | 'allow',
  reason: string,
  { changes, write, writeError, clock, person }: ChangesContext,
): Promise<number> {
  const why = reason.trim();
  if (why === '') {
    writeError(
      `Say why: staunch changes ${what} "because of the migration". Everybody who is kept from a change reads it.\n`,
    );
    return EXIT.usage;
  }
  const by = { person, why, atMs: clock.nowMs() };
  const done = await changes.work(remediations =>
    what === 'stop' ? remediations.stopChanges(by) : remediations.allowChanges(by),
  );
  if (!done.ok) {
    writeError(
      `${done.problem}\nWhile Staunch runs alone with its state, write "@staunch ${what} changes REASON" in chat. Stopping the service stops every change too: nothing is begun while it does not run.\n`,
    );
    return EXIT.failed;
  }
  write(
    what === 'stop'
      ? 'Stopped: nothing is approved and no server is begun until "staunch changes allow REASON".\n'
      : 'Changes are allowed again.\n',
  );
  return EXIT.fine;
}

function rowOf(
  { plan, brief, state, requester, expiresAtMs, digest }: Proposal,
  when: (ms: number) => string,
): string {
  const until = state === 'open' ? `, until ${when(expiresAtMs)}` : '';
  return `${plan.service}  ${state}${until}  ${safeText(brief.what, 120)}  (asked by ${safeText(requester, 40)}, plan ${digest.slice(0, 8)})`;
}
