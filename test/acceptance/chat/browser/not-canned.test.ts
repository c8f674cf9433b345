import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, PracticePage } from './practice-page.ts';
import { type PracticeProcess, practiceProcess } from './practice-process.ts';

const RECORDINGS = join(import.meta.dirname, '../../../../practice/recordings');
const CHECKOUT = 'oom-continue-bookworm-vm';
const SEARCH = 'oom-stop-bookworm-vm';

let started: PracticeProcess;
let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), 'staunch-recordings-'));
beforeAll(async () => {
  cpSync(RECORDINGS, folder, { recursive: true });
  // Another incident in the place of checkout's; search's without the journals that told of the kill.
  rmSync(join(folder, CHECKOUT), { recursive: true });
  cpSync(join(RECORDINGS, 'worker-timeout-bookworm-ns'), join(folder, CHECKOUT), { recursive: true });
  for (const name of ['journal-kernel.json', 'journal-gunicorn.json']) rmSync(join(folder, SEARCH, name));
  const settings = { STAUNCH_PRACTICE_RECORDINGS: folder, STAUNCH_PRACTICE_PACE: '0' };
  [started, browser] = await Promise.all([practiceProcess(settings), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await started?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('nothing on the page is canned', () => {
  it.each([
    ['checkout', 'another recording', /502s on checkout: worker timeout \((CONFIRMED|LIKELY)/],
    ['search', 'a recording without its journals', /502s on search: .*\((INCONCLUSIVE|LIKELY)/],
  ])('%s says something else with %s', async (service, _what, headline) => {
    const slack = await PracticePage.open(browser, `${started.url}#inc-${service}`);
    await slack.type(`/diagnose-502 ${service}`);
    const verdict = await slack.verdict(headline);
    expect(await verdict.textContent()).not.toContain('The kernel OOM-killed');
    await slack.close();
  });
});
