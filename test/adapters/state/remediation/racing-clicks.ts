import { openState } from '../../../../src/adapters/state/open-state.ts';
import { SpokenProcess } from '../spoken-process.ts';
import { aProposal, proposed } from './changes.ts';
import type { CLICKERS } from './clickers.ts';

export interface Race {
  /** What the processes open. */
  readonly place: string;
  /** What this process opens to propose. */
  readonly home: string;
  readonly variant: keyof typeof CLICKERS;
  readonly processes: number;
  readonly plans: number;
  /** Per plan, of all processes together. */
  readonly clicks: number;
}

export interface RaceFigures {
  readonly clicks: number;
  /** Plans that were claimed once, more than once, and never. */
  readonly once: number;
  readonly several: number;
  readonly never: number;
}

/** Has several processes approve and claim the same plans at the same time. Each plan needs one person of each process. */
export async function race({ place, home, variant, ...counts }: Race): Promise<RaceFigures> {
  const { processes, plans, clicks } = counts;
  const state = await openState(home, { clock: { nowMs: Date.now } });
  const clickers = Array.from(
    { length: processes },
    (_, number) => new SpokenProcess('./remediation/clicking-process.ts', [place, variant, String(number)]),
  );
  try {
    await Promise.all(clickers.map(clicker => clicker.until(lines => lines.includes('ready'))));
    for (let number = 0; number < plans; number += 1) {
      const id = `plan-${number}`;
      const wish = { service: `s${number}`, servers: ['web-1'] };
      const { digest } = await proposed(
        state,
        aProposal(id, wish, { quorum: processes, createdAtMs: Date.now() }),
      );
      for (const clicker of clickers) clicker.tell(`${id} ${digest} ${Math.ceil(clicks / processes)} 1`);
      await Promise.all(clickers.map(clicker => clicker.until(lines => lines.includes(`done ${id}`))));
    }
    const claims = clickers.flatMap(clicker => clicker.said('claimed'));
    const perPlan = Array.from(
      { length: plans },
      (_, number) => claims.filter(id => id === `plan-${number}`).length,
    );
    return {
      clicks: plans * Math.ceil(clicks / processes) * processes,
      once: perPlan.filter(count => count === 1).length,
      several: perPlan.filter(count => count > 1).length,
      never: perPlan.filter(count => count === 0).length,
    };
  } finally {
    await Promise.all(clickers.map(clicker => clicker.kill()));
    await state.close();
  }
}
