import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeArgument, encodeScript } from '../../../src/adapters/ssh/argument-encoding.ts';
import { loadReadScript, readScriptOf } from '../../../src/adapters/ssh/read-script.ts';
import type { Frame } from '../../../src/adapters/ssh/reader-frames.ts';
import { FrameReader } from '../../../src/adapters/ssh/reader-frames.ts';

const MARKER = '0123456789abcdef0123456789abcdef';
const line = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter(text => !/[\n\0]/.test(text) && text.isWellFormed());

describe('encoding', () => {
  it('brings every list of arguments through the real sh', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), args => {
        const words = args.map(arg => encodeArgument(arg) ?? '');
        expect(words.join('')).toMatch(/^[A-Za-z0-9_./:@+=,\\-]*$/);
        // Split and decoded as the serve loop does it.
        const script = `set -f; IFS=' '; read -r l; set -- $l; for w; do printf '%s\\n' "$(printf %b "$w")"; done`;
        const output = execFileSync('sh', ['-c', script], {
          input: `${words.join(' ')}\n`,
          encoding: 'utf8',
        });
        expect(output).toBe(args.map(arg => `${arg}\n`).join(''));
      }),
      { numRuns: 60 },
    );
  });

  it.each(['two\nlines', 'a\0b'])('refuses %j', text => {
    expect(encodeArgument(text)).toBeUndefined();
  });

  it('brings every script through single quotes and printf %b', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 300 })
      .filter(script => !script.includes('\0') && script.isWellFormed());
    fc.assert(
      fc.property(text, script => {
        const output = execFileSync('sh', ['-c', `printf %bX '${encodeScript(script)}'`], {
          encoding: 'utf8',
        });
        expect(output).toBe(`${script}X`);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the read script', () => {
  it('is small enough for one argument of a command and ends with the serve loop', async () => {
    const script = await loadReadScript();
    expect(script.text.startsWith('#!/bin/sh\n')).toBe(true);
    expect(script.text.trimEnd().endsWith('serve_questions\n  serve_end\n}')).toBe(true);
    expect(script.command).not.toContain('\n');
  });

  it('that is too long to be sent is an error before anything is sent', () => {
    expect(() => readScriptOf(`: ${'x'.repeat(200_000)}\n`)).toThrow(/130048/);
  });

  it('refuses to run where ending its process group would end somebody else', async () => {
    const { text } = await loadReadScript();
    const run = spawnSync('sh', ['-c', text], {
      input: `hello ${MARKER}\n`,
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 70, stdout: '' });
    expect(run.stderr).toContain('a session of its own');
  });
});

const STREAM = Buffer.concat([
  Buffer.from(`Welcome!\nno newline${MARKER} hello 1 shell 0\n${MARKER} begin 1\n`),
  Buffer.from([0, 255, 10, 10]),
  Buffer.from(`${MARKER} end 2 0 0\n\n${MARKER.slice(0, 31)}\n${MARKER} end 1`),
  Buffer.from(`\n${MARKER} end 1 3 1\nwhy\nit failed\n${MARKER} done 1\n`),
  Buffer.from(`${MARKER} begin 2\n\n${MARKER} end 2 0 0\n\n${MARKER} done 2\n`),
]);
const FRAMES: Frame[] = [
  { kind: 'hello', version: 1, mode: 'shell' },
  { kind: 'begin', id: 1 },
  {
    kind: 'end',
    id: 1,
    bytes: Buffer.concat([
      Buffer.from([0, 255, 10, 10]),
      Buffer.from(`${MARKER} end 2 0 0\n\n${MARKER.slice(0, 31)}\n${MARKER} end 1`),
    ]),
    exitCode: 3,
    cut: true,
  },
  { kind: 'done', id: 1, complaint: 'why\nit failed' },
  { kind: 'begin', id: 2 },
  { kind: 'end', id: 2, bytes: Buffer.alloc(0), exitCode: 0, cut: false },
  { kind: 'done', id: 2, complaint: '' },
];

describe('frames', () => {
  it('come out the same however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), sizes => {
        const reader = new FrameReader(MARKER, () => 1000);
        const frames: Frame[] = [];
        for (let at = 0, turn = 0; at < STREAM.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          frames.push(...reader.push(STREAM.subarray(at, at + size)));
          at += size;
        }
        expect(frames).toEqual(FRAMES);
      }),
    );
  });

  it('of a stream cut off at any byte are a beginning of the whole', () => {
    for (let length = 0; length <= STREAM.length; length++) {
      const frames = new FrameReader(MARKER, () => 1000).push(STREAM.subarray(0, length));
      expect(frames).toEqual(FRAMES.slice(0, frames.length));
    }
  });

  it.each([
    {
      what: 'an answer over the agreed limit',
      stream: `${MARKER} hello 1 shell 0\n${MARKER} begin 1\n${'x'.repeat(200)}`,
    },
    {
      what: 'a complaint without end',
      stream: `${MARKER} hello 1 shell 0\n${MARKER} begin 1\n\n${MARKER} end 1 0 0\n${'x'.repeat(5000)}`,
    },
    { what: 'two megabytes of banner', stream: 'x'.repeat(2_000_000) },
    { what: 'a head line without end', stream: `${MARKER} hello ${'1'.repeat(300)}` },
  ])('report $what as a breach, and nothing after it', ({ stream }) => {
    const reader = new FrameReader(MARKER, () => 100);
    expect(reader.push(Buffer.from(stream)).at(-1)?.kind).toBe('breach');
    expect(reader.push(STREAM)).toEqual([]);
  });
});
