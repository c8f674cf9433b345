import type { Anchor, ChainFault } from '../../src/remediation/audit-chain.ts';
import { auditWords } from '../../src/report/audit-words.ts';
import { safeText } from '../../src/report/safe-text.ts';
import { clockWords, dayWords, zoneWords } from '../../src/report/time-words.ts';
import type { Audit, AuditEntry } from '../../src/workflows/remediation-ports.ts';
import { EXIT } from './context.ts';

/** The audit of a state that a running Staunch may be working with. */
export interface AuditLooking {
  /** Opens it, looks, closes it. A state that cannot be read is a refusal in words. */
  look<T>(
    use: (audit: AuditInView) => Promise<T>,
  ): Promise<{ readonly ok: true; readonly seen: T } | { readonly ok: false; readonly problem: string }>;
}

export interface AuditInView extends Pick<Audit, 'entries' | 'head'> {
  check(anchors: readonly Anchor[]): Promise<{
    /** Entries that are right, from the first on. */
    readonly entries: number;
    readonly head?: string;
    readonly fault?: ChainFault;
  }>;
}

export interface AuditContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly timeZone: string;
  readonly audit: AuditLooking;
}

const ROWS_AT_ONCE = 500;
const SHOWN_BY_ITSELF = 20;
const MOST_SHOWN = 10_000;

/** `staunch audit verify`: whether every entry is as it was written. @param heads that were kept elsewhere, `N:HASH` */
export async function auditVerify(
  { heads = [] }: { readonly heads?: readonly string[] },
  { audit, write, writeError }: AuditContext,
): Promise<number> {
  const anchors: Anchor[] = [];
  for (const head of heads) {
    const anchor = anchorOf(head);
    if (!anchor) {
      writeError(
        `--head must be the number of an entry and its hash (16 digits or more), as Staunch told it, such as ` +
          `214:9f2c41d07be35a68; it is "${safeText(head, 100)}".\n`,
      );
      return EXIT.usage;
    }
    anchors.push(anchor);
  }
  const done = await audit.look(view => view.check(anchors));
  if (!done.ok) return failed('The audit could not be read', done.problem, writeError);
  const { entries, head, fault } = done.seen;
  if (fault) {
    const before =
      fault.sequence === 1 ? '' : ` Entries 1 to ${fault.sequence - 1} are as they were written.`;
    writeError(
      `The audit is NOT as it was written. Entry ${fault.sequence}: ${safeText(fault.problem)}.${before}\n` +
        `Somebody or something changed the state past Staunch. Keep a copy of it ("staunch state backup" or pg_dump), ` +
        `find out who could, and stop changes until you know ("@staunch stop changes").\n`,
    );
    return EXIT.failed;
  }
  if (head === undefined) {
    write('The audit is empty: nothing was decided yet.\n');
    return EXIT.fine;
  }
  const vouched = Math.max(0, ...anchors.map(({ sequence }) => sequence));
  write(
    `The audit is as it was written: ${counted(entries)}, none changed, none missing.\n  head  ${entries}:${head}\n` +
      (vouched === 0
        ? 'That its end was not cut off, and that it was not written anew as a whole, only a head that was kept elsewhere ' +
          'can show: take one from the audit channel or the log of the service, and add --head N:HASH.\n'
        : `It goes on from the ${anchors.length === 1 ? 'head that was' : `${anchors.length} heads that were`} kept ` +
          `elsewhere: up to entry ${vouched} nothing was cut off or written anew.\n`),
  );
  return EXIT.fine;
}

/** `staunch audit show`: the newest decisions, the newest last. */
export async function auditShow(
  { limit }: { readonly limit?: string },
  { audit, write, writeError, timeZone }: AuditContext,
): Promise<number> {
  const most = limit === undefined ? SHOWN_BY_ITSELF : wholeNumber(limit);
  if (most === undefined || most > MOST_SHOWN) {
    writeError(
      `--last must be a whole number from 1 to ${MOST_SHOWN}; it is "${safeText(limit ?? '', 100)}".\n`,
    );
    return EXIT.usage;
  }
  const done = await audit.look(async view => {
    const head = await view.head();
    return head === undefined ? [] : view.entries(Math.max(1, head.sequence - most + 1), most);
  });
  if (!done.ok) return failed('The audit could not be read', done.problem, writeError);
  const last = done.seen.at(-1);
  if (!last) {
    write('The audit is empty: nothing was decided yet.\n');
    return EXIT.fine;
  }
  const widest = String(last.sequence).length;
  write(
    `Times in ${zoneWords(last.atMs, timeZone)}.\n${done.seen.map(entry => lineOf(entry, widest, timeZone)).join('')}`,
  );
  return EXIT.fine;
}

/** `staunch audit export`: every entry as a line of JSON (docs/audit.md). */
export async function auditExport(
  { from }: { readonly from?: string },
  { audit, write, writeError }: AuditContext,
): Promise<number> {
  const first = from === undefined ? 1 : wholeNumber(from);
  if (first === undefined) {
    writeError(`--from must be the number of an entry, 1 or more; it is "${safeText(from ?? '', 100)}".\n`);
    return EXIT.usage;
  }
  const done = await audit.look(async view => {
    for (let next = first; ; ) {
      const entries = await view.entries(next, ROWS_AT_ONCE);
      write(entries.map(entry => `${JSON.stringify(exported(entry))}\n`).join(''));
      if (entries.length < ROWS_AT_ONCE) return;
      next = (entries.at(-1)?.sequence ?? 0) + 1;
    }
  });
  return done.ok ? EXIT.fine : failed('Not all of the audit was exported', done.problem, writeError);
}

function exported({ sequence, atMs, ...entry }: AuditEntry) {
  return { sequence, at: new Date(atMs).toISOString(), atMs, ...entry };
}

function lineOf({ sequence, atMs, actor, ...entry }: AuditEntry, widest: number, timeZone: string): string {
  const when = `${dayWords(atMs, timeZone).padStart(6)} ${clockWords(atMs, timeZone)}`;
  const words = safeText(`${actor}  ${auditWords(entry)}`, 1_000);
  return `${String(sequence).padStart(widest)}  ${when}  ${words}\n`;
}

function anchorOf(text: string): Anchor | undefined {
  const match = /^([1-9]\d{0,14}):([0-9a-f]{16,64})$/.exec(text.trim().toLowerCase());
  return match?.[2] === undefined ? undefined : { sequence: Number(match[1]), hash: match[2] };
}

function wholeNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function counted(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries.toLocaleString('en')} entries`;
}

function failed(what: string, problem: string, writeError: (text: string) => void): number {
  writeError(`${what}. ${problem}\n`);
  return EXIT.failed;
}
