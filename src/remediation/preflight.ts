import type { HelperCheck } from './helper-state.ts';
import { memoryTicks } from './preflight-memory.ts';
import { recyclingTicks } from './preflight-recycling.ts';
import type { PreflightMaterial, Tick } from './preflight-tick.ts';
import { unitTicks } from './preflight-unit.ts';

/** Everything that was looked at, the blocking ones first. What does not concern the change is left out. */
export function preflight(material: PreflightMaterial): readonly Tick[] {
  const ticks = [...unitTicks(material), ...recyclingTicks(material), ...memoryTicks(material)];
  const order = ['block', 'warn', 'ok'] as const;
  return ticks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** What the helper found when it was asked to check the plan on the server itself. */
export function serverTicks(checks: readonly HelperCheck[]): readonly Tick[] {
  return checks.map(({ name, ok, detail }) => ({
    id: 'server-check',
    state: ok ? 'ok' : 'block',
    text: `${name}: ${detail}`,
  }));
}

/** True when nothing may be applied as things are. */
export function isBlocked(ticks: readonly Tick[]): boolean {
  return ticks.some(tick => tick.state === 'block');
}

/** Somebody else's tool writes one of the files: the patch for its repository is what should be offered first. */
export function isOwnedByOthers(ticks: readonly Tick[]): boolean {
  return ticks.some(tick => tick.id === 'owned-by-others' && tick.state !== 'ok');
}
