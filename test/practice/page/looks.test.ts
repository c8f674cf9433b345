import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOME, INCIDENT, PICKER } from './incident.ts';
import { PageRig } from './rig.ts';
import { snapshotFor, stamp } from './workspace-snapshot.ts';

let rig: PageRig;
beforeAll(async () => {
  rig = await PageRig.start(me => snapshotFor(me));
}, 60_000);
afterAll(() => rig.stop());
afterEach(async () => {
  expect(rig.faults.splice(0)).toEqual([]);
  await rig.closePages();
});

type Tab = Awaited<ReturnType<PageRig['open']>>;
const ground = (page: Tab) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
const [WHITE, DARK] = ['rgb(255, 255, 255)', 'rgb(27, 29, 33)'];

const withIncident = (me: string) =>
  snapshotFor(me, {
    messages: INCIDENT,
    home: HOME,
    notices: [{ atMs: 1, text: 'chat.update was refused: ratelimited' }],
  });

describe('colours', () => {
  it('follow the system, and the switch before it, also after a reload', async () => {
    rig.show(withIncident);
    const page = await rig.open({ colorScheme: 'light' });
    expect(await ground(page)).toBe(WHITE);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground(page)).toBe(DARK);
    await page.getByRole('combobox', { name: 'Colours' }).click();
    await page.getByRole('option', { name: 'Light' }).click();
    expect(await ground(page)).toBe(WHITE);
    await page.reload();
    await page.locator('.main').waitFor();
    expect(await ground(page)).toBe(WHITE);
  });

  it.each(['light', 'dark'] as const)('in %s keep texts readable', async colorScheme => {
    rig.show(withIncident);
    const page = await rig.open({ colorScheme });
    await page.getByRole('button', { name: '3 replies' }).click();
    await page.evaluate('document.activeElement.blur()');
    const faint = await page.evaluate<string[]>(CONTRAST);
    expect(faint).toEqual([]);
  });
});

describe('people', () => {
  it('are explained, and one can act as each of them', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    await page.getByText('On call: may ask for a diagnosis').first().waitFor();
    await page.getByRole('combobox', { name: 'Act as: Ana Lima' }).click();
    await page.getByRole('option', { name: 'Nora Lind Works here, without any role' }).click();
    await page.getByRole('combobox', { name: 'Act as: Nora Lind' }).waitFor();
    expect(page.url()).toContain('as=U0NORA');
    await page.getByRole('textbox', { name: 'Message #inc-checkout' }).fill('hello');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => rig.acts.splice(0))
      .toEqual([{ as: 'U0NORA', act: { kind: 'type', channel: 'C0CHECKOUT', text: 'hello' } }]);
    await page.getByRole('button', { name: 'Act as Ben Okafor' }).click();
    await page.getByRole('combobox', { name: 'Act as: Ben Okafor' }).waitFor();
  });

  it('see times by their own clocks', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    expect(await page.locator('.message-head time').first().textContent()).toBe('14:00');
    await page.getByRole('button', { name: 'Act as Ben Okafor' }).click();
    await page.getByRole('combobox', { name: 'Act as: Ben Okafor' }).waitFor();
    expect(await page.locator('.message-head time').first().textContent()).toBe('15:00');
    expect(await page.getByText('Nov 20, 2026 15:05 to 15:20').count()).toBe(1);
  });

  it('are told what only they see', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    const hidden = page.locator('.ephemeral');
    expect(await hidden.textContent()).toContain('Only visible to you');
    expect(await hidden.getByRole('button').count()).toBe(0);
  });
});

describe('a thread', () => {
  it('opens beside the channel and closes with Escape, back to where it was opened', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    const summary = page.getByRole('button', { name: '3 replies' });
    await summary.focus();
    await page.keyboard.press('Enter');
    const thread = page.getByRole('complementary', { name: 'Thread in #inc-checkout' });
    expect(await thread.getByRole('article').count()).toBe(4);
    await page.keyboard.press('Escape');
    await thread.waitFor({ state: 'detached' });
    expect(await summary.evaluate(e => e.ownerDocument.activeElement === e)).toBe(true);
  });

  it('shows pictures small, and large with their words', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    await page.getByRole('button', { name: '3 replies' }).click();
    const small = page.getByRole('button', { name: 'Enlarge image: 502s per minute' });
    await small.click();
    const large = page.getByRole('dialog', { name: 'checkout, 14:05 to 14:20' });
    const image = large.getByRole('img', { name: '502s per minute, kills at 14:06:11 and 14:11:40' });
    expect(await image.getAttribute('src')).toBe('/practice/files/F0CHART');
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
    expect(await small.evaluate(e => e.ownerDocument.activeElement === e)).toBe(true);
    expect(await page.getByRole('complementary').count()).toBe(1);
  });
});

describe('the page', () => {
  it('shows what the app was told, until it is dismissed', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    const notice = page.getByText('chat.update was refused: ratelimited');
    await notice.waitFor();
    await page.getByRole('button', { name: 'Dismiss notices' }).click();
    await notice.waitFor({ state: 'detached' });
  });

  it('goes round its panes with F6', async () => {
    rig.show(withIncident);
    const page = await rig.open();
    await page.getByRole('button', { name: '3 replies' }).click();
    const pane = () => page.evaluate<string>('document.activeElement.closest("[data-pane]").dataset.pane');
    const seen: string[] = [];
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press('F6');
      seen.push(await pane());
    }
    expect(seen).toEqual(['sidebar', 'main', 'thread']);
    await page.keyboard.press('Shift+F6');
    expect(await pane()).toBe('main');
  });

  it.each(['channel', 'home', 'modal'])('names everything that one can use (%s)', async what => {
    rig.show(me => ({ ...withIncident(me), modals: what === 'modal' ? [PICKER] : [] }));
    const page = await rig.open({ path: `/?as=U0ANA#${what === 'home' ? 'home' : 'inc-checkout'}` });
    if (what === 'channel') await page.getByRole('button', { name: '3 replies' }).click();
    expect(await page.evaluate(NAMELESS)).toEqual([]);
    expect(await page.locator('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').count()).toBe(0);
    expect(await page.locator('img:not([alt])').count()).toBe(0);
    const ids = await page.locator('[id]').evaluateAll(all => all.map(e => e.id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const landmark of ['navigation', 'main', 'banner'] as const) {
      if (what !== 'modal') expect(await page.getByRole(landmark).count()).toBeGreaterThan(0);
    }
  });

  it.each([900, 1400])('fits into %i pixels', async width => {
    rig.show(withIncident);
    const page = await rig.open({ viewport: { width, height: 700 } });
    await page.getByRole('button', { name: '3 replies' }).click();
    const beyond = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(beyond).toBe(0);
    for (const pane of ['main', 'thread']) {
      const [inner, outer] = await page
        .locator(`[data-scroll="${pane === 'main' ? 'channel' : 'thread'}"]`)
        .evaluate(e => [e.scrollWidth, e.clientWidth] as const);
      expect(inner).toBe(outer);
    }
    expect(await page.locator(`.thread [data-ts="${stamp(404)}"] img`).isVisible()).toBe(true);
  });
});

/** What has neither a label nor text: each button, field and link. */
const NAMELESS = `[...document.querySelectorAll('button, input, textarea, a[href], [role=combobox], dialog, img')]
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.getAttribute('alt')
    || (e.labels && [...e.labels].some(l => l.textContent.trim()))))
  .map(e => e.outerHTML.slice(0, 120))`;

/** Texts with less contrast than WCAG 2.2 AA asks for: 4.5, or 3 for large ones. */
const CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parts = color => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const groundOf = e => e === null ? [255, 255, 255]
    : over(parts(getComputedStyle(e).backgroundColor), parts(getComputedStyle(e).backgroundColor)[3] === 1 ? [0, 0, 0] : groundOf(e.parentElement));
  const faint = new Set();
  for (const e of document.querySelectorAll('#page *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.nodeValue.trim());
    if (!own || !e.checkVisibility({ checkOpacity: true }) || e.closest('.emoji, svg')) continue;
    const style = getComputedStyle(e);
    const ground = groundOf(e);
    const [a, b] = [light(over(parts(style.color), ground)), light(ground)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) faint.add(e.className + ' ' + e.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return [...faint];
})()`;
