import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/adapters/metrics.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Reads the text format line by line and refuses what Prometheus would. Source: prometheus.io, exposition formats. */
function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .flatMap(line => {
      if (/^# (HELP [a-zA-Z_:][\w:]* .+|TYPE [a-zA-Z_:][\w:]* (counter|gauge|histogram|summary))$/.test(line))
        return [];
      const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?[\d.e+-]+|\+Inf|-Inf|Nan|NaN)$/.exec(line);
      if (!found) throw new Error(`no line of the text format: ${line}`);
      const labels = [...(found[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g)];
      return [
        {
          name: found[1] ?? '',
          labels: Object.fromEntries(labels.map(([, name, value]) => [name, value])),
          value: found[3] ?? '',
        },
      ];
    });
}

async function samples(metrics: Metrics): Promise<Sample[]> {
  const { contentType, text } = await metrics.exposition();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  return samplesOf(text);
}

const figure = (list: readonly Sample[], name: string, labels: object = {}) =>
  list.find(sample => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels))
    ?.value;

describe('the metrics', () => {
  it('begin at 0, so that the first event is an increase already', async () => {
    const list = await samples(new Metrics());
    expect(figure(list, 'staunch_messages_total', { outcome: 'abandoned' })).toBe('0');
    expect(figure(list, 'staunch_diagnoses_total', { state: 'failed', verdict: 'none' })).toBe('0');
    expect(figure(list, 'staunch_diagnoses_total', { state: 'done', verdict: 'confirmed' })).toBe('0');
  });

  it('count diagnoses and messages', async () => {
    const metrics = new Metrics();
    metrics.diagnosisEnded({ state: 'done', verdict: 'confirmed', tookMs: 4_000 });
    metrics.diagnosisEnded({ state: 'done', verdict: 'confirmed', tookMs: 30_000 });
    metrics.diagnosisEnded({ state: 'failed', tookMs: 100 });
    metrics.messageSent(250);
    metrics.messagePostponed();
    metrics.messagePostponed();
    metrics.messageAbandoned();
    const list = await samples(metrics);
    expect(figure(list, 'staunch_diagnoses_total', { state: 'done', verdict: 'confirmed' })).toBe('2');
    expect(figure(list, 'staunch_diagnoses_total', { state: 'failed', verdict: 'none' })).toBe('1');
    expect(figure(list, 'staunch_diagnosis_seconds_count')).toBe('3');
    expect(figure(list, 'staunch_diagnosis_seconds_bucket', { le: '5' })).toBe('2');
    expect(figure(list, 'staunch_messages_total', { outcome: 'sent' })).toBe('1');
    expect(figure(list, 'staunch_messages_total', { outcome: 'postponed' })).toBe('2');
    expect(figure(list, 'staunch_messages_total', { outcome: 'abandoned' })).toBe('1');
    expect(figure(list, 'staunch_message_delay_seconds_sum')).toBe('0.25');
  });

  it('have no label that a person or a server chose, whatever is reported', async () => {
    const metrics = new Metrics();
    for (let count = 0; count < 50; count++)
      metrics.diagnosisEnded({ state: `checkout-${count}`, verdict: `U0ANA-${count}`, tookMs: 1 });
    metrics.messageSent(1);
    const list = await samples(metrics);
    const own = list.filter(sample => /^staunch_(diagnos|message|alert)/.test(sample.name));
    expect(figure(list, 'staunch_diagnoses_total', { state: 'other', verdict: 'none' })).toBe('50');
    const ALLOWED: Record<string, RegExp> = {
      state: /^(done|failed|other)$/,
      verdict: /^(confirmed|likely|inconclusive|no-incident|none)$/,
      outcome: /^(sent|postponed|abandoned)$/,
      step: /^(opened|reopened|joined|eased|ended|ignored|nowhere)$/,
      le: /^([\d.]+|\+Inf)$/,
    };
    for (const { labels } of own)
      for (const [label, value] of Object.entries(labels)) expect(value).toMatch(ALLOWED[label] ?? /^$/);
    // Node's own: kinds of garbage collection, of resources, and its version.
    const others = new Set(list.filter(s => !own.includes(s)).flatMap(s => Object.keys(s.labels)));
    expect(
      [...others].filter(l => !/^(kind|le|major|minor|patch|quantile|space|type|version)$/.test(l)),
    ).toEqual([]);
  });

  it('look a gauge up at each asking, and show no old figure when that fails', async () => {
    const metrics = new Metrics();
    let waiting: () => number = () => 7;
    metrics.gauge('staunch_messages_waiting', 'Messages that wait to be sent.', () => waiting());
    expect(figure(await samples(metrics), 'staunch_messages_waiting')).toBe('7');
    waiting = () => 9;
    expect(figure(await samples(metrics), 'staunch_messages_waiting')).toBe('9');
    waiting = () => {
      throw new Error('the disk is gone');
    };
    const list = await samples(metrics);
    expect(figure(list, 'staunch_messages_waiting')).toMatch(/^nan$/i);
    expect(figure(list, 'staunch_process_resident_memory_bytes')).toMatch(/^\d+$/);
  });
});
