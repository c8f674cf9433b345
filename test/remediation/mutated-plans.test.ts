import { describe, expect, it } from 'vitest';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import { changePlan } from '../../src/remediation/change-plan.ts';
import type { ChangePlan, ServerPlan } from '../../src/remediation/plan.ts';
import { changePlanDigest, serverPlanDigest } from '../../src/remediation/plan-digest.ts';
import { seededChance, trustCount, trustSeed } from '../trust-counts.ts';
import { planOf, SET_UPS, TERMS, wishesFor } from './host-setups.ts';
import { SimulatedHost } from './simulated-host.ts';

const terms = { ...TERMS, healthUrl: 'http://127.0.0.1/health', firstRecycleMs: 900_000 };
const plans = Object.values(SET_UPS).flatMap(setUp => {
  const host = new SimulatedHost(setUp);
  return wishesFor(host).map(wish => planOf(planRemedy(host.observe(), wish, terms)));
});

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place in a value that could be another one. */
function placesIn(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, at) => placesIn(item, [...path, at]))];
  if (typeof value === 'object' && value !== null)
    return [path, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
  return [path];
}

/** Another value of the same kind, or one more or less of a list or an object. */
function mutant(value: Json, chance: () => number): Json {
  const at = (length: number) => Math.floor(chance() * length);
  if (typeof value === 'number') return value + 1 + at(1_000);
  if (typeof value === 'boolean') return !value;
  if (value === null) return {};
  if (typeof value === 'string') {
    const place = at(value.length + 1);
    return `${value.slice(0, place)}${String.fromCodePoint(33 + at(90))}${value.slice(place)}`;
  }
  if (Array.isArray(value)) return value.length > 0 && chance() < 0.5 ? value.slice(1) : [...value, 'x'];
  const keys = Object.keys(value);
  const gone = keys[at(keys.length)];
  if (gone === undefined || chance() < 0.3) return { ...value, added: 1 };
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== gone));
}

function changedAt(value: Json, [step, ...rest]: readonly (string | number)[], chance: () => number): Json {
  if (step === undefined) return mutant(value, chance);
  if (Array.isArray(value))
    return value.map((item, at) => (at === step ? changedAt(item, rest, chance) : item));
  const fields = value as { [key: string]: Json };
  return { ...fields, [step]: changedAt(fields[step] ?? null, rest, chance) };
}

/** A digest that forgets the bytes and the owner: what the test must be able to catch. */
function carelessDigest({ servers, ...plan }: ChangePlan): string {
  const bare = servers.map(server => ({
    ...server,
    changes: server.changes.map(({ path, after }) => ({
      path,
      before: null,
      after: { ...after, base64: '', uid: 0 },
    })),
  }));
  return changePlanDigest({ ...plan, servers: bare });
}

/** How many of the mutants keep the digest of what was approved. */
function unnoticed(count: number, digest: (plan: ChangePlan) => string): number {
  const chance = seededChance(trustSeed());
  let kept = 0;
  for (let n = 0; n < count; n++) {
    const server = plans[Math.floor(chance() * plans.length)] as ServerPlan;
    const plan = changePlan([server], ['production']) as ChangePlan;
    const places = placesIn(plan as unknown as Json);
    const place = places[Math.floor(chance() * places.length)]!;
    const other = changedAt(plan as unknown as Json, place, chance) as unknown as ChangePlan;
    if (JSON.stringify(other) === JSON.stringify(plan)) continue;
    try {
      if (digest(other) === digest(plan)) kept++;
    } catch {
      // What has no digest cannot be taken for what was approved.
    }
  }
  return kept;
}

describe('a plan that was changed after it was approved', () => {
  it('never has the digest that was approved, whatever field was changed', () => {
    expect(unnoticed(trustCount(1_000, 5_000), changePlanDigest)).toBe(0);
  });

  it('would be taken for it by a digest that forgets something', () => {
    expect(unnoticed(trustCount(1_000, 5_000), carelessDigest)).toBeGreaterThan(0);
  });

  it('has the same digest when it is made again', () => {
    const again = structuredClone(plans);
    expect(again.map(serverPlanDigest)).toEqual(plans.map(serverPlanDigest));
  });

  it('differs for the helper too, but for the bytes that it has itself', () => {
    const plan = plans.find(one => one.changes[0]?.before?.base64 !== undefined)!;
    const [change, ...others] = plan.changes;
    const seen = { ...change!, before: { ...change!.before!, base64: 'AAAA' } };
    const other = { ...change!, before: { ...change!.before!, sha256: 'f'.repeat(64) } };
    expect(serverPlanDigest({ ...plan, changes: [seen, ...others] })).toBe(serverPlanDigest(plan));
    expect(serverPlanDigest({ ...plan, changes: [other, ...others] })).not.toBe(serverPlanDigest(plan));
  });
});
