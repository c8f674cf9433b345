import {
  JOURNAL_LINE_BYTES,
  type JournalRecord,
  readJournalRecord,
  readTextRecord,
  recordMoment,
} from '../signals/journal-record.ts';
import { sliceLines } from '../signals/lines.ts';
import { createUnitJournalReader } from '../signals/unit-journal.ts';
import { type Collector, LONG } from './collector.ts';
import type { HostDraft } from './host-draft.ts';
import type { Recording } from './recording.ts';

/** A unit's lines begin this long before the window: what killed the first request may stand before it. */
export const LEAD_MS = 120_000;

/** The journal of the app's unit and of PID 1 about it: what became of the workers. */
export const unitJournal: Collector = {
  id: 'unit-journal',
  source: 'unit-journal',
  holds: name => /^journal-(?!kernel).*\.(json|txt)$/.test(name) || /^gunicorn-error\.log$/.test(name),
  questions: ({ unit, runsApp, window }) =>
    !runsApp
      ? []
      : [
          {
            verb: 'unit-journal',
            args: [
              unit,
              String(Math.floor((window.fromMs - LEAD_MS) / 1000)),
              String(Math.ceil(window.toMs / 1000)),
            ],
            limits: LONG,
            name: `journal-${unit.replace(/\.service$/, '')}.json`,
          },
        ],
  *read(recordings, draft) {
    if (!draft.runsApp) return;
    const readable = draft.readable('unit-journal', recordings);
    // The unit's own dump speaks first; the whole journal and the text forms are what is left without it.
    for (const recording of [...readable].sort((a, b) => rank(a) - rank(b))) {
      const read = yield* readOne(recording, draft);
      if (read) return;
    }
    if (readable.length > 0) draft.cover('unit-journal', 'unproven');
  },
};

function rank({ name }: Recording): number {
  return (
    (name.startsWith('journal-all') ? 2 : 0) +
    (name.endsWith('.json') ? 0 : 1) +
    (name.endsWith('.log') ? 4 : 0)
  );
}

function* readOne(recording: Recording, draft: HostDraft): Generator<undefined, boolean> {
  const reader = createUnitJournalReader(draft.context, draft.unitName, draft.patterns);
  let fromMs = Number.POSITIVE_INFINITY;
  let own = 0;
  for (const slice of sliceLines(recording.bytes, JOURNAL_LINE_BYTES)) {
    for (const line of slice) {
      const record = recordOf(line, draft);
      const at = record && recordMoment(record);
      if (!record || !at) continue;
      fromMs = Math.min(fromMs, at.epochMs);
      const signals = reader.read(record);
      if (signals.length > 0 || record.unit === draft.unitName || record.aboutUnit === draft.unitName) own++;
      draft.signals.push(...signals);
    }
    yield;
  }
  draft.signals.push(...reader.finish());
  if (own === 0) return false;
  draft.cover('unit-journal', recording.cut ? 'cut' : 'read', {
    fromMs,
    toMs: draft.recorded ? Number.POSITIVE_INFINITY : draft.window.toMs,
  });
  return true;
}

function recordOf(line: string, draft: HostDraft): JournalRecord | undefined {
  if (line.startsWith('{')) return readJournalRecord(line);
  if (line.startsWith('#') || line.startsWith('-- ')) return undefined;
  return readTextRecord(line, draft.context, draft.window.toMs);
}
