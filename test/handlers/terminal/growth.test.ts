import { describe, expect, it } from 'vitest';
import { type GrowthReplayOptions, growthReplay } from '../../../handlers/terminal/growth.ts';

const row = (minute: number, rssMb: number) => `${minute},10,500,${Math.round(rssMb * 1_024)}`;
const csv = (minutes: number, rss: (minute: number) => number) =>
  `minute,pid,starttime,rss_kb\n${Array.from({ length: minutes }, (_, at) => row(at, rss(at))).join('\n')}\n`;
const FILES: Record<string, string> = {
  'leak.csv': csv(960, minute => 100 + minute / 10),
  'flat.csv': csv(960, () => 100),
  'high.csv': csv(90, () => 195),
  'torn.csv': `${csv(960, () => 100)}961,10,5`,
  'other.csv': 'ts,pid\n1,2\n',
};

async function run(options: Partial<GrowthReplayOptions>) {
  const told = { out: '', error: '' };
  const code = await growthReplay(
    { replay: 'leak.csv', limitMb: '200', ...options },
    {
      write: text => {
        told.out += text;
      },
      writeError: text => {
        told.error += text;
      },
      readText: async file => {
        const text = FILES[file];
        return text === undefined ? { ok: false, detail: 'no such file' } : { ok: true, text };
      },
    },
  );
  return { code, ...told };
}

describe('staunch growth --replay', () => {
  it('prints each event with its minute, its range and its reason', async () => {
    const { code, out } = await run({});
    expect(code).toBe(0);
    expect(out).toContain('959 minutes of 1 worker life, limit 200 MB per worker:\n');
    expect(out).toMatch(
      /minute {4}\d{3} {2}warning, limit in \d+\.\d to \d+\.\d h\n\s+Worker 10 \(up \d+ h\) grew/,
    );
    expect(out).toMatch(/minute {4}\d{3} {2}critical/);
  });

  it('prints JSON in which each warning has a range and a reason', async () => {
    const { out } = await run({ json: true });
    const { events } = JSON.parse(out) as {
      events: { kind: string; etaMinutes: number[]; reason: string }[];
    };
    expect(events.map(({ kind }) => kind)).toEqual(['warning', 'critical']);
    for (const { etaMinutes, reason } of events) {
      expect(etaMinutes[0]).toBeLessThanOrEqual(etaMinutes[1] ?? -1);
      expect(reason.length).toBeGreaterThan(10);
    }
  });

  it('gives a range in JSON also where a worker is near its limit without growing', async () => {
    const { out } = await run({ json: true, replay: 'high.csv' });
    expect(JSON.parse(out)).toMatchObject({ events: [{ kind: 'critical', etaMinutes: [0, 720] }] });
  });

  it('says that there is nothing to tell', async () => {
    expect((await run({ replay: 'flat.csv' })).out).toBe(
      'Nothing to tell in 959 minutes of 1 worker life with a limit of 200 MB per worker.\n',
    );
    expect((await run({ replay: 'flat.csv', json: true })).out).toBe('{"events":[]}\n');
  });

  it('says how many rows it left out', async () => {
    const { code, error } = await run({ replay: 'torn.csv' });
    expect(code).toBe(0);
    expect(error).toBe('1 rows of torn.csv lack a needed number and were left out.\n');
  });

  it.each([
    [{ limitMb: 'many' }, 2, '--limit-mb must be the limit of one worker in MB'],
    [{ limitMb: '0' }, 2, '--limit-mb must be'],
    [{ limitMb: '-5' }, 2, '--limit-mb must be'],
    [{ replay: 'gone.csv' }, 1, 'gone.csv could not be read: no such file'],
    [
      { replay: 'other.csv' },
      2,
      'other.csv is no recording of worker memory: its first line names no column minute',
    ],
  ])('of %j ends with %d and says why', async (options, code, words) => {
    const ended = await run(options);
    expect(ended.code).toBe(code);
    expect(ended.error).toContain(words);
    expect(ended.out).toBe('');
  });
});
