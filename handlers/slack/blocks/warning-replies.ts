import type { KnownBlock } from '@slack/types';
import { durationWords } from '../../../src/report/time-words.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { WarningView } from '../../../src/workflows/warning-ports.ts';
import { instant, utcWords } from './arrival-parts.ts';
import { bold, context, line, message, richText, words } from './block-parts.ts';
import { type Mrkdwn, own, shown } from './slack-text.ts';
import { arrivalLine, arrivalText } from './warning-arrival.ts';
import { warningHeadline } from './warning-state.ts';

/** The reply that pings because it got worse. */
export function raisedReply({ warning }: WarningView, ping: Mrkdwn | undefined): Message {
  const title = `Worse than when it was last told: ${warningHeadline(warning)}`;
  return message(own`${title}. ${arrivalText(warning.growth)}`, [
    richText(line(bold(title, 300)), line(...arrivalLine(warning.growth))),
    ...pingBlocks(ping),
  ]);
}

/** The reply that ties a kill to the warning before it. */
export function killedReply({ warning, kills }: WarningView): Message {
  const service = shown(warning.service, 60);
  const last = kills.toSorted((one, other) => one.atMs - other.atMs).at(-1);
  if (last === undefined) return plainReply(`🛑 A worker of ${service} was OOM-killed.`);
  const all = kills.reduce((sum, each) => sum + each.kills, 0);
  const workers = last.kills === 1 ? 'a worker' : `${last.kills} workers`;
  const title = `🛑 What was warned of has come: the kernel OOM-killed ${workers} of ${service} on ${shown(last.server, 60)}`;
  const { openedAtMs, pinged } = warning.episode;
  const warnedAtMs = pinged?.atMs ?? openedAtMs;
  const before =
    last.atMs > warnedAtMs ? ` It was warned of ${durationWords(last.atMs - warnedAtMs)} before.` : '';
  const more = all > last.kills ? ` ${all} were killed since the warning began.` : '';
  const next = 'Staunch diagnoses it by itself; the verdict follows in this thread.';
  const end = `${before}${more} ${next}`;
  return message(own`${title}, seen at ${utcWords(last.atMs, warning.growth.atMs)} UTC.${end}`, [
    richText(
      line(bold(title, 300)),
      line(words('Seen at '), instant(last.atMs, warning.growth.atMs), words(` your time.${end}`)),
    ),
  ]);
}

/** The reply that says that it is over. */
export function resolvedReply({ warning, telling }: WarningView): Message {
  const because = telling?.kind === 'resolve' ? `: ${telling.because}` : '';
  return plainReply(`${warningHeadline(warning)}${because}.`);
}

function plainReply(text: string): Message {
  return message(own`${text}`, [richText(line(words(text, 600)))]);
}

/** Whoever `staunch.yml` names for this, and nobody else. */
function pingBlocks(ping: Mrkdwn | undefined): KnownBlock[] {
  return ping === undefined ? [] : [context(own`For ${ping}`)];
}
