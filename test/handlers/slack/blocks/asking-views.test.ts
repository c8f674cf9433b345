import { describe, expect, it } from 'vitest';
import { pickedOf, pickerServiceError, pickerView } from '../../../../handlers/slack/blocks/picker-view.ts';
import { violationsOf } from '../../../../handlers/slack/blocks/slack-violations.ts';
import { notedOf, wrongVerdictView } from '../../../../handlers/slack/blocks/wrong-verdict-view.ts';
import { aRun, readable } from './runs.ts';

const NOW_MS = Date.parse('2026-11-22T10:20:00Z');
const seconds = (text: string) => Date.parse(text) / 1000;
const names = (count: number) => Array.from({ length: count }, (_, index) => `service-${index}`);
const place = { channel: 'C0INCIDENTS', threadTs: '1700000000.000100' };

const inputs: Record<string, (value: unknown) => Record<string, unknown>> = {
  service: value => ({ type: 'static_select', selected_option: value === null ? null : { value } }),
  since: value => ({ type: 'static_select', selected_option: value === null ? null : { value } }),
  cause: value => ({ type: 'static_select', selected_option: value === null ? null : { value } }),
  from: value => ({ type: 'datetimepicker', selected_date_time: value }),
  to: value => ({ type: 'datetimepicker', selected_date_time: value }),
  words: value => ({ type: 'plain_text_input', value }),
};
const submitted = (values: Record<string, unknown>, metadata = JSON.stringify(place)) => ({
  private_metadata: metadata,
  state: {
    values: Object.fromEntries(
      Object.entries(values).map(([id, value]) => [id, { [id]: inputs[id]!(value) }]),
    ),
  },
});

describe('the picker', () => {
  it('asks for a service and a window, two hours unless chosen otherwise', () => {
    const view = pickerView({ services: ['checkout', 'shop'], service: 'shop', place });
    expect(readable(view)).toContain('(Service)\n\n(How far back)\n\n(Or from)\n\n(To)');
    const chosen = view.blocks.flatMap(block =>
      block.type === 'input' && 'element' in block && 'initial_option' in block.element
        ? [(block.element.initial_option as { value: string }).value]
        : [],
    );
    expect(chosen).toEqual(['shop', '2h']);
  });

  it.each([1, 100, 101, 5_000])('keeps the limits with %i services', count => {
    expect(violationsOf(pickerView({ services: names(count), place }))).toEqual([]);
  });

  it('lets the name be typed where a list would be too long', () => {
    const text = JSON.stringify(pickerView({ services: names(101), service: 'service-7', place }));
    expect(text).toContain('101 services are too many for a list: type the name');
    expect(text).toContain('"initial_value":"service-7"');
  });

  it('says who can help where there is nothing to choose', () => {
    const view = pickerView({ services: [], place });
    expect(view.submit).toBeUndefined();
    expect(readable(view)).toContain('An admin of Staunch adds services');
  });
});

describe('a submitted picker', () => {
  it.each([
    ['a length', { service: 'checkout', since: '30m' }, NOW_MS - 1_800_000, NOW_MS],
    ['nothing about time', { service: 'checkout', since: null }, NOW_MS - 7_200_000, NOW_MS],
    [
      'both ends, which count more than the length',
      {
        service: 'checkout',
        since: '2h',
        from: seconds('2026-11-22T01:05:00Z'),
        to: seconds('2026-11-22T01:20:00Z'),
      },
      Date.parse('2026-11-22T01:05:00Z'),
      Date.parse('2026-11-22T01:20:00Z'),
    ],
    [
      'a beginning only',
      { service: 'checkout', from: seconds('2026-11-22T09:00:00Z'), to: null },
      Date.parse('2026-11-22T09:00:00Z'),
      NOW_MS,
    ],
  ])('with %s is a request', (_what, values, fromMs, toMs) => {
    expect(pickedOf(submitted(values), NOW_MS)).toEqual({
      ok: true,
      service: 'checkout',
      window: { fromMs, toMs },
      place,
    });
  });

  it.each([
    ['no service', { service: null }, 'service'],
    ['an end without a beginning', { service: 'a', to: seconds('2026-11-22T09:00:00Z') }, 'from'],
    ['a beginning in the future', { service: 'a', from: seconds('2026-11-22T11:00:00Z') }, 'from'],
    [
      'an end before the beginning',
      { service: 'a', from: seconds('2026-11-22T09:00:00Z'), to: seconds('2026-11-22T08:00:00Z') },
      'to',
    ],
    ['two months', { service: 'a', from: seconds('2026-09-22T09:00:00Z') }, 'from'],
    ['a length that nobody offered', { service: 'a', since: '99y' }, 'since'],
  ])('with %s tells where', (_what, values, block) => {
    const picked = pickedOf(submitted(values), NOW_MS);
    expect(picked).toEqual({ ok: false, errors: { [block]: expect.any(String) } });
  });

  it.each(['', '[]', 'null', '{"channel":7}', '{'])('survives metadata that is not ours: %s', metadata => {
    expect(pickedOf(submitted({ service: 'a' }, metadata), NOW_MS)).toMatchObject({ ok: true, place: {} });
  });

  it('can be told that the service is not known', () => {
    expect(pickerServiceError('There is no chekout.')).toEqual({ service: 'There is no chekout.' });
  });
});

describe('what it really was', () => {
  it('is asked for the run, from a list and in words', () => {
    const view = wrongVerdictView(aRun());
    expect(view.private_metadata).toBe(aRun().id);
    expect(readable(view)).toContain('(What was it?)\n\n(In your words)');
    expect(JSON.stringify(view)).toContain('"worker OOM kill"');
  });

  it.each([
    [{ cause: 'worker-timeout', words: ' a lock ' }, 'worker timeout: a lock'],
    [{ cause: 'worker-timeout', words: null }, 'worker timeout'],
    [{ cause: 'nothing', words: '' }, 'nothing was wrong'],
    [{ cause: 'constructor', words: 'a lock' }, 'a lock'],
  ])('is noted: %j', (values, note) => {
    expect(notedOf(submitted(values, 'run-1'))).toEqual({ ok: true, runId: 'run-1', note });
  });

  it('is cut to what is kept', () => {
    const noted = notedOf(submitted({ cause: null, words: 'x'.repeat(3_000) }));
    expect(noted.ok && noted.note.length).toBe(2_000);
  });

  it('must be something', () => {
    expect(notedOf(submitted({ cause: null, words: '  ' }))).toEqual({
      ok: false,
      errors: { words: expect.stringContaining('Choose a cause') },
    });
  });
});
