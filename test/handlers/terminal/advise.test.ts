import { describe, expect, it } from 'vitest';
import { advise } from '../../../handlers/terminal/advise.ts';
import { EXIT } from '../../../handlers/terminal/context.ts';
import type { AdviceDocument } from '../../../src/report/advice-document.ts';
import { terminal } from './diagnosing-terminal.ts';

const WINDOW = { from: '2026-11-22 10:00', to: '2026-11-22 10:30' };

describe('staunch advise', () => {
  it('reads the servers once and prints what can be said without a watch', async () => {
    const { context, out, errors } = terminal();
    expect(await advise({ target: 'checkout', ...WINDOW }, context)).toBe(EXIT.fine);
    expect(errors()).not.toMatch(/rror/);
    expect(out()).toContain('checkout (gunicorn.service) on lab1');
    expect(out()).toContain('Not yet: growth per request is not known.');
    expect(out()).toContain('Recycling loses no requests here.');
    expect(out()).toContain('The kernel killed');
  });

  it('prints one JSON document and nothing else', async () => {
    const { context, out } = terminal();
    expect(await advise({ target: 'checkout', json: true, bootSeconds: '4', ...WINDOW }, context)).toBe(
      EXIT.fine,
    );
    const document = JSON.parse(out()) as AdviceDocument;
    expect(document).toMatchObject({ schema: 1, service: 'checkout', unit: 'gunicorn.service', gaps: [] });
    expect(document.servers.map(s => [s.server, s.recycling.kind, s.safety.verdict])).toEqual([
      ['lab1', 'not-yet', 'safe'],
    ]);
    const cited = document.servers.flatMap(s => s.review.remarks.flatMap(r => r.evidence));
    expect(cited.length).toBeGreaterThan(0);
    for (const id of cited) expect(document.evidence[id]?.text).toBeTruthy();
  });

  it('uses what the watch has kept', async () => {
    const { context, out } = terminal();
    const beginMs = Date.parse('2026-11-21T10:00:00Z');
    const points = Array.from({ length: 1_200 }, (_, m) => ({
      atMs: beginMs + m * 60_000,
      rssBytes: 40_000_000 + (m % 7) * 1_000,
    }));
    const asked: string[] = [];
    const watched = async (service: { readonly id: string }) => {
      asked.push(service.id);
      return {
        lives: [{ server: 'lab1', unit: 'gunicorn.service', pid: 7, startTicks: 7, bootId: 'b', points }],
        traffic: points.map(({ atMs }) => ({ atMs, requests: 60 })),
      };
    };
    expect(await advise({ target: 'checkout', ...WINDOW }, { ...context, watched })).toBe(EXIT.fine);
    expect(asked).toEqual(['checkout']);
    expect(out()).toContain('recycling would not help, no growth was measured');
  });

  it.each(['0', '-3', 'soon', '9999'])('refuses --boot-seconds %s', async bootSeconds => {
    const { context, errors } = terminal();
    expect(await advise({ target: 'checkout', bootSeconds }, context)).toBe(EXIT.usage);
    expect(errors()).toContain('--boot-seconds');
  });

  it('stops when it is told to', async () => {
    const { context, out } = terminal(undefined, { cancel: AbortSignal.abort() });
    expect(await advise({ target: 'checkout', ...WINDOW }, context)).toBe(EXIT.stopped);
    expect(out()).toBe('');
  });
});
