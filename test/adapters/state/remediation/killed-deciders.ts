import { setTimeout } from 'node:timers/promises';
import { openStateForReading } from '../../../../src/adapters/state/open-state.ts';
import { SpokenProcess } from '../spoken-process.ts';

export interface KilledFigures {
  readonly kills: number;
  /** Steps that were said to be safe. */
  readonly acknowledged: number;
  /** Of those, the ones that are not there. */
  readonly lost: readonly string[];
  /** Changes whose state and audit do not tell the same. */
  readonly torn: readonly string[];
  readonly auditEntries: number;
  readonly auditFault?: string;
}

/** In which order a change goes through its states. */
const ORDER = ['open', 'approved', 'applying', 'done'];
/** What the audit says of a change that has got so far. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  open: ['proposal-opened'],
  approved: ['proposal-opened', 'approved'],
  applying: ['proposal-opened', 'approved', 'claimed'],
  done: ['proposal-opened', 'approved', 'claimed', 'state', 'state', 'state', 'state', 'ended'],
};

/** Kills processes at random moments in the middle of their decisions, one after the other, and looks at what is left. */
export async function killDeciders(
  place: string,
  kills: number,
  chance: () => number,
  longestMs: number,
): Promise<KilledFigures> {
  const said: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const writer = new SpokenProcess('./remediation/deciding-writer.ts', [place, `k${kill}`]);
    await writer.until(lines => lines.length > 0);
    await setTimeout(chance() * longestMs);
    said.push(...(await writer.kill()).filter(line => !line.startsWith('ready')));
  }
  return { kills, ...(await compared(place, said)) };
}

/** What is left of what processes said is safe, and whether state and audit tell the same. */
export async function compared(
  place: string,
  said: readonly string[],
): Promise<Omit<KilledFigures, 'kills'>> {
  const state = await openStateForReading(place);
  try {
    const { entries: auditEntries, fault } = await state.audit.check([]);
    const told = new Map<string, string[]>();
    for (let from = 1; ; ) {
      const entries = await state.audit.entries(from, 1_000);
      for (const { kind, body } of entries)
        told.set(String(body.proposal), [...(told.get(String(body.proposal)) ?? []), kind]);
      if (entries.length < 1_000) break;
      from += 1_000;
    }
    const reached = new Map(
      (await state.remediations.inState(['open', 'approved', 'applying', 'done'])).map(each => [
        each.id,
        each.state,
      ]),
    );
    const lost = said.filter(line => !isThere(line, reached, told));
    const torn = [...reached].flatMap(([id, is]) => (tellsTheSame(is, told.get(id)) ? [] : [`${id} ${is}`]));
    for (const id of told.keys()) if (!reached.has(id)) torn.push(`${id} only in the audit`);
    return {
      ...{ acknowledged: said.length, lost, torn, auditEntries },
      ...(fault && { auditFault: `${fault.sequence}: ${fault.problem}` }),
    };
  } finally {
    await state.close();
  }
}

function isThere(
  line: string,
  reached: ReadonlyMap<string, string>,
  told: ReadonlyMap<string, readonly string[]>,
): boolean {
  const [word = '', id = ''] = line.split(' ');
  if (word === 'refused') return told.get(id)?.includes('refused') === true;
  return ORDER.indexOf(reached.get(id) ?? '') >= ORDER.indexOf(word);
}

/** A change that is being applied may have gone any number of steps. */
function tellsTheSame(state: string, kinds: readonly string[] = []): boolean {
  const decided = kinds.filter(kind => kind !== 'refused');
  const expected = TOLD[state] ?? [];
  const begun = decided.slice(0, expected.length).join() === expected.join();
  const rest = decided.slice(expected.length);
  return begun && (state === 'applying' ? rest.every(kind => kind === 'state') : rest.length === 0);
}
