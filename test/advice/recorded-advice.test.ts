import { describe, expect, it } from 'vitest';
import type { RemarkId } from '../../src/advice/remark.ts';
import { adviseService } from '../../src/advice/service-advice.ts';
import { recordedCase, recordingNames } from './case-files.ts';

/** All recordings are of one unit: 224 MB and no MemoryHigh, stopped after 15 s, no socket unit. */
const OF_ALL: readonly RemarkId[] = ['stop-too-short', 'no-socket'];
const STOPS: readonly RemarkId[] = ['oom-stops-unit', 'max-without-high', ...OF_ALL];
const GOES_ON: readonly RemarkId[] = ['max-without-high', ...OF_ALL];

/** What the review must find in a recording; those not named here are like `STOPS`. */
const FOUND: Readonly<Record<string, readonly RemarkId[]>> = {
  'max-requests-bookworm-ns': ['recycled-often', ...GOES_ON],
  'oom-continue-bookworm-ns': ['kills-counted', 'close-to-limit', 'reload-needs-room', ...GOES_ON],
  'oom-continue-bookworm-qemu': ['kills-counted', 'close-to-limit', 'reload-needs-room', ...GOES_ON],
  'oom-continue-bookworm-vm': ['kills-counted', 'reload-needs-room', ...GOES_ON],
  'oom-global-stop-bookworm-vm': ['oom-stops-unit', 'no-memory-limit', ...OF_ALL],
  'oom-gthread-bookworm-ns': ['kills-counted', 'reload-needs-room', ...GOES_ON],
  'oom-stop-bookworm-ns': ['kills-counted', 'close-to-limit', 'reload-needs-room', ...STOPS],
};

describe('advice on a recorded incident', () => {
  it.each(recordingNames())('%s: what the review finds', async name => {
    const [server, ...others] = adviseService({ caseFile: await recordedCase(name) }).servers;
    expect(others).toEqual([]);
    expect(server?.review.remarks.map(r => r.id).sort()).toEqual([...(FOUND[name] ?? STOPS)].sort());
    // Gunicorn's settings are in no recording: that is a gap, and nothing is said about them.
    expect(server?.review.gaps.map(g => `${g.check} ${g.needs}`)).toEqual(
      expect.arrayContaining(['recycling-settings gunicorn-settings', 'growth watch', 'cores cores']),
    );
    // Each claim but those about something absent can be opened.
    for (const { id, lines } of server?.review.remarks ?? []) expect(lines.length, id).toBeGreaterThan(0);
  });

  it.each(recordingNames())('%s: minutes of samples are too few for a setting', async name => {
    const [server] = adviseService({ caseFile: await recordedCase(name), bootSeconds: 1 }).servers;
    expect(server?.recycling).toMatchObject(
      name === 'backlog-full-bookworm-ns'
        ? { kind: 'refused', reason: 'one-worker' }
        : { kind: 'not-yet', missing: ['bytesPerRequestHi'] },
    );
    expect(server?.enoughFromMs).toBeUndefined();
  });

  // Gunicorn 20.1, NGINX 1.22 without keepalive; 23.0 on Debian 13 with sync workers.
  it.each(recordingNames())('%s: recycling would be safe', async name => {
    const [server] = adviseService({ caseFile: await recordedCase(name) }).servers;
    expect(server?.safety.verdict).toBe('safe');
  });
});
