import type { Standing } from '../../../src/workflows/incident-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import type { Telling } from '../../../src/workflows/surface-ports.ts';
import { ACTION } from '../action-ids.ts';
import { askedWords, unaskedBlocks, unaskedWords } from './asked-words.ts';
import { actions, button, context, header, message, section } from './block-parts.ts';
import { evidenceReplies } from './evidence-replies.ts';
import { progressMessage } from './progress-message.ts';
import { own, shown } from './slack-text.ts';
import { standingBlocks } from './standing-blocks.ts';
import { verdictMessage } from './verdict-message.ts';
import { lookBackWords, windowMrkdwn, windowUtc } from './window-parts.ts';

export interface TellingOptions {
  /** The systemd unit of a service for the commands people copy; undefined where it is not known. */
  unit?(service: string): string | undefined;
}

/** The words of a diagnosis in Slack. */
export function slackTelling(options: TellingOptions = {}): Telling {
  return {
    running,
    progress: progressMessage,
    verdict: (run, document, tookMs, standing) =>
      verdictMessage(run, document, tookMs, options.unit?.(document.service), standing),
    evidence: (run, document) => evidenceReplies(run, document, options.unit?.(document.service)),
    failed,
    begunAgain,
  };
}

function running(run: Run, standing?: Standing): Message {
  const { incident, window, askedAtMs, number } = run;
  const lookBack = lookBackWords(window, askedAtMs);
  const name = shown(incident.service, 80);
  const title = `Diagnosing 502s on ${name}, ${lookBack} …`;
  const unasked = unaskedWords(run);
  return message(own`⏳ ${title} ${unasked} Window: ${windowUtc(window)}. The verdict will stand here.`, [
    header(`⏳ ${title}`),
    ...standingBlocks(standing),
    ...unaskedBlocks(run),
    section('Reading its servers now; nothing on them is changed. The verdict will stand in this message.'),
    context(own`${windowMrkdwn(window)} · ${askedWords(run)} · run ${number}`),
  ]);
}

function failed(run: Run, standing?: Standing): Message {
  const name = shown(run.incident.service, 80);
  const title = `❗ ${name}: the diagnosis failed`;
  const why = run.failure ?? 'It ended without saying why. Try Re-run.';
  return message(own`${title}. ${why} This says nothing about the service itself.`, [
    header(title),
    ...standingBlocks(standing),
    ...unaskedBlocks(run),
    section(shown(why, 2_500)),
    section('This says nothing about the service itself: whether it is well is not known.'),
    actions([button('Re-run', ACTION.rerun, run.id, { label: 'Diagnose the same service again' })]),
    context(own`${windowMrkdwn(run.window)} · ${askedWords(run)} · run ${run.number}`),
  ]);
}

function begunAgain(run: Run): Message {
  const words = `Staunch was restarted in the middle of this diagnosis and has begun it again (attempt ${run.attempts}). There is nothing to do; the verdict will stand in the message above.`;
  return message(own`${words}`, [section(words)]);
}
