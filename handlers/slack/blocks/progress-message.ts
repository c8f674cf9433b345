import type { RichTextElement } from '@slack/types';
import { byteWords } from '../../../src/report/byte-words.ts';
import type { Progress } from '../../../src/workflows/investigation.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import type { ServerProgress } from '../../../src/workflows/surface-ports.ts';
import { bold, code, line, list, message, richText, words } from './block-parts.ts';
import { firstOf, fitted, moreWords } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';

/** From here on servers that get on well are counted and no longer listed. */
const LISTED = 12;
/** Failed ones are listed with their reason up to here, the rest by name. */
const EXPLAINED = 15;
const NAMED = 300;

type State = Progress['state'];

/** The checklist in the thread, edited in place: how each server gets on; those that failed are always named. */
export function progressMessage(_run: Run, servers: ServerProgress, ended: boolean): Message {
  const all = [...servers.values()];
  const counts = countsOf(all);
  const failed = all.filter(progress => progress.state === 'failed');
  const title = titleOf(counts, all.length, ended);
  const fallback = failed.slice(0, 5).map(({ server }) => shown(server, 60));
  const unread =
    failed.length === 0 ? '' : `Not read: ${fallback.join(', ')}${failed.length > 5 ? ' …' : ''}.`;
  return message(
    own`${title} ${unread}`,
    fitted(scale => [
      richText(
        line(bold(title)),
        ...(all.length === 0
          ? []
          : all.length <= LISTED
            ? [
                list(
                  'bullet',
                  all.map(progress => lineOf(progress, ended, scale)),
                ),
              ]
            : summary(failed, counts, ended, scale)),
      ),
    ]),
  );
}

function countsOf(all: readonly Progress[]): Readonly<Record<State, number>> {
  const counts: Record<State, number> = { connecting: 0, asking: 0, done: 0, failed: 0 };
  for (const { state } of all) counts[state]++;
  return counts;
}

function titleOf(counts: Readonly<Record<State, number>>, total: number, ended: boolean): string {
  if (total === 0) return ended ? 'No server was read.' : 'Connecting to the servers …';
  const servers = `${total} ${total === 1 ? 'server' : 'servers'}`;
  if (!ended)
    return `Reading ${servers}: ${counts.done} done${counts.failed > 0 ? `, ${counts.failed} failed` : ''} …`;
  return counts.done === total ? `Read ${servers}.` : `Read ${counts.done} of ${servers}.`;
}

function lineOf(progress: Progress, ended: boolean, scale: number): RichTextElement[] {
  const name = code(progress.server, 80);
  switch (progress.state) {
    case 'connecting':
    case 'asking':
      if (ended) return [words('✗ '), name, words(' not finished')];
      return [words('◦ '), name, words(progress.state === 'connecting' ? ' connecting …' : ' asking …')];
    case 'done':
      return [
        words('✓ '),
        name,
        words(` done, ${byteWords(progress.bytes)} in ${(progress.tookMs / 1000).toFixed(1)} s`),
      ];
    case 'failed':
      return [words('✗ '), name, words(` failed: ${shown(progress.detail, Math.round(400 * scale))}`)];
  }
}

function summary(
  failed: readonly Progress[],
  counts: Readonly<Record<State, number>>,
  ended: boolean,
  scale: number,
) {
  const busy = counts.connecting + counts.asking;
  const items: RichTextElement[][] = [[words(`✓ ${counts.done} done`)]];
  if (busy > 0)
    items.push([
      words(ended ? `✗ ${busy} not finished` : `◦ ${counts.connecting} connecting, ${counts.asking} asking`),
    ]);
  const { shown: explained } = firstOf(failed, EXPLAINED);
  items.push(...explained.map(progress => lineOf(progress, ended, scale)));
  const rest = failed.slice(EXPLAINED);
  if (rest.length > 0) {
    const { shown: named, more } = firstOf(rest, Math.round(NAMED * scale));
    const names = named.map(({ server }) => shown(server, Math.max(20, Math.round(60 * scale))));
    items.push([
      words(`✗ failed too: ${[...names, ...(more > 0 ? [moreWords(more)] : [])].join(', ')}`, 10_000),
    ]);
  }
  return [list('bullet', items)];
}
