import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/remediation/canonical-json.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import { serverPlanDigest, serverPlanText } from '../../src/remediation/plan-digest.ts';

const FIXTURE = new URL('../fixtures/remediation/canonical-plan.json', import.meta.url);
const fixture = JSON.parse(readFileSync(FIXTURE, 'utf8')) as {
  readonly plan: ServerPlan;
  readonly canonical: string;
  readonly sha256: string;
};

/** What Python's own json makes of the same values: the helper on the server has nothing else. */
function asPythonWrites(values: readonly unknown[]): string[] {
  const program =
    'import json,sys\nfor v in json.load(sys.stdin): print(json.dumps(json.dumps(v,sort_keys=True,separators=(",",":"),ensure_ascii=False)))';
  const run = spawnSync('python3', ['-c', program], { input: JSON.stringify(values), encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return run.stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as string);
}

const plainJson = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string({ unit: 'binary-ascii' }).filter(key => /^[\x20-\x7e]*$/.test(key)),
      tie('value'),
      {
        noNullPrototype: false,
      },
    ),
  ),
})).value;

describe('the canonical JSON of a plan', () => {
  it('has the text and the digest that the helper on the server computes too', () => {
    expect(serverPlanText(fixture.plan)).toBe(fixture.canonical);
    expect(serverPlanDigest(fixture.plan)).toBe(fixture.sha256);
  });

  it('is the text that Python writes, whatever the value', () => {
    const values = [fixture.plan, ...fc.sample(plainJson, { numRuns: 500, seed: 5 })];
    expect(values.map(canonicalJson)).toEqual(asPythonWrites(values));
  });

  it('does not depend on the order of fields, and comes back as the same value', () => {
    fc.assert(
      fc.property(plainJson, value => {
        const text = canonicalJson(value);
        const turned = JSON.parse(text, (_, field: unknown) =>
          typeof field === 'object' && field !== null && !Array.isArray(field)
            ? Object.fromEntries(Object.entries(field).reverse())
            : field,
        ) as unknown;
        expect(canonicalJson(turned)).toBe(text);
      }),
    );
  });

  it.each([
    ['a fraction', { a: 1.5 }, '$.a is 1.5'],
    ['a number that is none', [Number.NaN], '$[0] is NaN'],
    ['a number too large to be exact', { a: { b: 2 ** 53 } }, '$.a.b is 9007199254740992'],
    ['half a surrogate pair', { a: '\ud83d' }, '$.a has half of a surrogate pair'],
    ['a field without a value', { a: undefined }, '$.a is undefined'],
    ['a hole in a list', new Array(2), '$[0] is undefined'],
    ['a key that languages sort differently', { größe: 1 }, '$ has the key "größe"'],
    ['a date', { at: new Date(0) }, '$.at is Date'],
    ['a map', new Map(), '$ is Map'],
    ['bytes', { a: new Uint8Array(2) }, '$.a is Uint8Array'],
    ['a big integer', 10n, '$ is bigint'],
  ])('refuses %s and names the place', (_, value, complaint) => {
    expect(() => canonicalJson(value)).toThrow(complaint);
  });

  it('ends at a circle', () => {
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    expect(() => canonicalJson(circle)).toThrow('in a circle');
  });
});
