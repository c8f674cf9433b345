import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRemedy } from '../../src/remediation/catalogue.ts';
import type { ServerPlan } from '../../src/remediation/plan.ts';
import { type FileDiff, planDiff } from '../../src/remediation/plan-diff.ts';
import { sha256 } from '../../src/remediation/plan-digest.ts';
import { diffText, diffWords } from '../../src/report/diff-text.ts';
import { planOf, RECYCLING, SET_UPS, TERMS, wishesFor } from './host-setups.ts';
import { SimulatedHost } from './simulated-host.ts';

const base = planOf(planRemedy(new SimulatedHost(SET_UPS['in the file']!).observe(), RECYCLING, TERMS));

/** A plan whose only file goes from one content to another. */
function planFrom(old: Uint8Array, young: Uint8Array): ServerPlan {
  const side = (content: Uint8Array) => ({
    sha256: sha256(content),
    base64: Buffer.from(content).toString('base64'),
    mode: 0o644,
    uid: 0,
    gid: 0,
  });
  return { ...base, changes: [{ path: '/srv/a.py', before: side(old), after: side(young) }] };
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

/** Applies a diff to the old text line by line, as patch(1) would. */
function patched(old: string, { lines }: FileDiff): string {
  const source = old.split(/(?<=\n)/);
  let out = '';
  let at = 0;
  for (const [index, { kind, text }] of lines.entries()) {
    const noted = lines[index + 1]?.kind === 'note';
    if (kind === 'gap') {
      const [start, count] = /^@@ -(\d+),(\d+)/.exec(text)!.slice(1).map(Number) as [number, number];
      const until = count === 0 ? start : start - 1;
      while (at < until) out += source[at++];
    } else if (kind === 'same') {
      expect(source[at]).toBe(`${text}${noted ? '' : '\n'}`);
      out += source[at++];
    } else if (kind === 'removed') expect(source[at++]).toBe(`${text}${noted ? '' : '\n'}`);
    else if (kind === 'added') out += `${text}${noted ? '' : '\n'}`;
  }
  while (at < source.length) out += source[at++];
  return out;
}

describe('the diff of a plan', () => {
  it.each(Object.keys(SET_UPS))(
    'turns the bytes that were seen into the bytes that are written, options being %s',
    place => {
      const host = new SimulatedHost(SET_UPS[place]!);
      for (const wish of wishesFor(host)) {
        const plan = planOf(planRemedy(host.observe(), wish, TERMS));
        const diffs = planDiff(plan);
        expect(diffs.map(diff => diff.path)).toEqual(plan.changes.map(change => change.path));
        for (const [at, { before, after }] of plan.changes.entries()) {
          const old = Buffer.from(before?.base64 ?? '', 'base64');
          if (before !== null) expect(sha256(old)).toBe(before.sha256);
          const made = patched(old.toString('utf8'), diffs[at]!);
          expect(sha256(made)).toBe(after.sha256);
        }
      }
    },
  );

  it('leaves no byte out, whatever the files hold', () => {
    const line = fc.oneof(
      fc.constantFrom('a', 'b', '', '+a', '-b', '@@ -1 +1 @@', '\\ x'),
      fc.string({ unit: 'binary' }),
    );
    const text = fc.array(line).map(lines => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (old, young) => {
        fc.pre(old.isWellFormed() && young.isWellFormed());
        const [diff] = planDiff(planFrom(bytes(old), bytes(young)));
        expect(patched(old, diff!)).toBe(young);
      }),
      { numRuns: 500 },
    );
  });

  it('shows bytes that are no text as different as they are', () => {
    const [diff] = planDiff(planFrom(new Uint8Array([0x61, 0xff, 0x0a]), new Uint8Array([0x61, 0xfe, 0x0a])));
    expect(diff?.lines.map(({ kind }) => kind)).toEqual(['gap', 'removed', 'added']);
    expect(diff?.lines[1]?.text).not.toBe(diff?.lines[2]?.text);
  });

  it('is safe to show: nothing hostile moves, hides or turns anything', () => {
    const hostile = 'x = "\u001b[2J\u202e<!channel>"\u200b\r\n';
    const [diff] = planDiff(planFrom(bytes(''), bytes(hostile)));
    const text = diffText(diff!);
    expect(text).toContain('+x = "\\x1b[2J\\u{202e}<!channel>"\\u{200b}\\r');
    expect(text.split('\n')).toHaveLength(4);
  });

  it('is cut where it is long, and says how much is missing', () => {
    const [diff] = planDiff(planFrom(bytes(''), bytes('a\n'.repeat(100))));
    const lines = diffText(diff!, 40).split('\n');
    expect(lines).toHaveLength(40);
    expect(lines.at(-1)).toBe('… 64 more lines');
    expect(diffWords(diff!)).toBe('100 lines added');
  });
});
