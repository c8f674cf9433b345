import { postmortem } from '../../src/report/postmortem.ts';
import { safeText } from '../../src/report/safe-text.ts';
import { clockWords, dayWords, zoneWords } from '../../src/report/time-words.ts';
import type { Standing, Standings } from '../../src/workflows/incident-ports.ts';
import { incidentRecord, type RecordSources } from '../../src/workflows/incident-records.ts';
import { EXIT } from './context.ts';

/** Incidents of a state that a running Staunch may be working with. */
export interface IncidentsInView extends RecordSources {
  readonly standings: RecordSources['standings'] & Pick<Standings, 'numbered' | 'recent'>;
}

export interface IncidentLooking {
  /** Opens the state, looks, closes it. A state that cannot be read is a refusal in words. */
  look<T>(
    use: (incidents: IncidentsInView) => Promise<T>,
  ): Promise<{ readonly ok: true; readonly seen: T } | { readonly ok: false; readonly problem: string }>;
}

export interface IncidentContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly timeZone: string;
  readonly incidents: IncidentLooking;
}

const LISTED = 30;
const MOST_LISTED = 10_000;

/** `staunch incident list`: the newest incidents, the newest last. */
export async function incidentList(
  { limit }: { readonly limit?: string },
  { incidents, write, writeError, timeZone }: IncidentContext,
): Promise<number> {
  const most = limit === undefined ? LISTED : Number(limit);
  if (!Number.isInteger(most) || most < 1 || most > MOST_LISTED) {
    writeError(
      `--last must be a whole number from 1 to ${MOST_LISTED}; it is "${safeText(limit ?? '', 100)}".\n`,
    );
    return EXIT.usage;
  }
  const done = await incidents.look(view => view.standings.recent(most));
  if (!done.ok) return failed(done.problem, writeError);
  const newest = done.seen;
  if (newest.length === 0) {
    write(
      'There is no incident yet: the first is opened by /diagnose-502, an alert, a warning or the watch.\n',
    );
    return EXIT.fine;
  }
  const [last] = newest;
  write(`Times are ${zoneWords(last?.incident.openedAtMs ?? 0, timeZone)}.\n\n`);
  write(
    `${newest
      .toReversed()
      .map(standing => lineOf(standing, timeZone))
      .join('\n')}\n\n`,
  );
  write(`The whole story of one: staunch incident export ${last?.number ?? 1}\n`);
  return EXIT.fine;
}

function lineOf({ number, incident, state, severity, owner, resolved }: Standing, timeZone: string): string {
  const { openedAtMs, service } = incident;
  const opened = `${dayWords(openedAtMs, timeZone)} ${clockWords(openedAtMs, timeZone, 'minute')}`;
  const end = resolved === undefined ? '' : `: ${safeText(resolved.reason, 120)}`;
  return `${String(number).padStart(5)}  ${opened.padEnd(12)}  ${safeText(service, 40).padEnd(20)}  ${severity.padEnd(8)}  ${state.replaceAll('-', ' ')}${end}${owner === undefined ? '' : ` (owner ${safeText(owner, 40)})`}`;
}

/** `staunch incident export NUMBER`: its post-mortem as Markdown on standard output. */
export async function incidentExport(
  { number: said }: { readonly number: string },
  { incidents, write, writeError }: IncidentContext,
): Promise<number> {
  const number = Number(said.replace(/^#/, ''));
  if (!Number.isInteger(number) || number < 1) {
    writeError(
      `An incident is named by its number, such as 12; it is "${safeText(said, 100)}". Which there are: staunch incident list\n`,
    );
    return EXIT.usage;
  }
  const done = await incidents.look(async view => {
    const standing = await view.standings.numbered(number);
    return standing && incidentRecord(standing.incident.id, view);
  });
  if (!done.ok) return failed(done.problem, writeError);
  if (done.seen === undefined) {
    writeError(
      `There is no incident ${number}, or it is past its retention. Which there are: staunch incident list\n`,
    );
    return EXIT.failed;
  }
  write(postmortem(done.seen));
  return EXIT.fine;
}

function failed(problem: string, writeError: (text: string) => void): number {
  writeError(`Incidents could not be read: ${problem}\n`);
  return EXIT.failed;
}
