import { JOURNAL_LINE_BYTES, readJournalRecord, recordMoment } from '../signals/journal-record.ts';
import { createKernelLogReader } from '../signals/kernel-log.ts';
import { sliceLines } from '../signals/lines.ts';
import type { Signal } from '../signals/signal.ts';
import { type Collector, LONG } from './collector.ts';
import type { HostDraft } from './host-draft.ts';
import type { Recording } from './recording.ts';
import { LEAD_MS } from './unit-journal.ts';

/** The kernel's words: OOM kills and crashes. Silence counts only where the reader proved it can see. */
export const kernelLog: Collector = {
  id: 'kernel-log',
  source: 'kernel-log',
  holds: name =>
    /^(journal-kernel|journalctl-k|journal-all)\.(json|txt)$/.test(name) ||
    /^(dmesg|kern|messages)\.(txt|log)$/.test(name),
  questions: ({ window, runsApp }) =>
    !runsApp
      ? []
      : [
          {
            verb: 'kernel-log',
            args: [
              String(Math.floor((window.fromMs - LEAD_MS) / 1000)),
              String(Math.ceil(window.toMs / 1000)),
            ],
            limits: LONG,
            name: 'journal-kernel.json',
          },
        ],
  *read(recordings, draft) {
    if (!draft.runsApp) return;
    const readable = draft.readable('kernel-log', recordings);
    if (readable.length === 0) return;
    for (const recording of [...readable].sort((a, b) => rank(a) - rank(b))) {
      const told = yield* readOne(recording, draft);
      if (!told) continue;
      draft.signals.push(...told.signals);
      draft.cover('kernel-log', recording.cut ? 'cut' : 'read', told);
      return;
    }
    draft.cover('kernel-log', 'unproven');
  },
};

/** A kernel writes its first lines within this of its boot. */
const BOOT_MS = 60_000;
const ORDER = [
  /^journal-kernel\.json$/,
  /^journalctl-k\.json$/,
  /^journal-kernel\.txt$/,
  /^journalctl-k\.txt$/,
  /^journal-all/,
  /^kern|^messages/,
  /^dmesg/,
];
const rank = ({ name }: Recording) => ORDER.findIndex(pattern => pattern.test(name));

/** `undefined` when the recording holds not one line of the kernel. */
function* readOne(
  recording: Recording,
  draft: HostDraft,
): Generator<undefined, { signals: readonly Signal[]; fromMs: number; toMs: number } | undefined> {
  const whole = recording.name.startsWith('journal-all');
  const reader = createKernelLogReader(draft.context, {
    referenceMs: draft.window.toMs,
    patterns: draft.patterns,
    ...(draft.bootEpochMs !== undefined && { bootEpochMs: draft.bootEpochMs }),
  });
  let lines = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  for (const slice of sliceLines(recording.bytes, JOURNAL_LINE_BYTES)) {
    for (const line of slice) {
      if (line === '' || line.startsWith('-- ') || line.startsWith('Hint: ')) continue;
      if (!line.startsWith('#')) {
        if (whole && !isKernelLine(line)) continue;
        lines++;
        firstMs = Math.min(firstMs, stampOf(line, draft) ?? Number.POSITIVE_INFINITY);
      }
      reader.readLine(line);
    }
    yield;
  }
  const signals = reader.finish();
  // dmesg without a boot time has lines but no instants: it proves nothing about the window.
  if (lines === 0 || firstMs === Number.POSITIVE_INFINITY) return undefined;
  // A log that begins with the boot has no older lines to show, and nothing happened before it.
  const boot = draft.bootEpochMs;
  const beginsWithBoot = boot !== undefined && firstMs - boot <= BOOT_MS;
  return {
    signals,
    fromMs: beginsWithBoot ? Math.min(boot, draft.window.fromMs || boot) : firstMs,
    toMs: draft.recorded ? Number.POSITIVE_INFINITY : draft.window.toMs,
  };
}

const isKernelLine = (line: string) =>
  line.startsWith('{') ? line.includes('"_TRANSPORT":"kernel"') : / kernel: /.test(line.slice(0, 200));

function stampOf(line: string, draft: HostDraft): number | undefined {
  if (line.startsWith('{')) {
    const record = readJournalRecord(line);
    return record && recordMoment(record)?.epochMs;
  }
  const dmesg = /^\[ {0,8}(\d{1,10}\.\d{1,9})\]/.exec(line);
  if (dmesg) return draft.bootEpochMs === undefined ? undefined : draft.bootEpochMs + Number(dmesg[1]) * 1000;
  const iso = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)([+-]\d\d):?(\d\d)/.exec(line);
  if (iso) return Date.parse(`${iso[1]}${iso[2]}:${iso[3]}`);
  return draft.window.fromMs;
}
