import type { RichTextElement } from '@slack/types';
import { windowWords } from '../../../src/report/time-words.ts';
import type { Message } from '../../../src/workflows/message.ts';
import type { Run } from '../../../src/workflows/state-ports.ts';
import { bold, code, line, list, message, richText, words } from './block-parts.ts';
import { firstOf } from './slack-limits.ts';
import { own, shown } from './slack-text.ts';

/** A command or name to copy, inside a sentence. */
interface Copied {
  readonly copy: string;
}
type Saying = readonly (string | Copied)[];

const COMMAND = '/diagnose-502';
const HELP_LINES: readonly (readonly [command: string, what: string])[] = [
  [COMMAND, "the service of this channel, the last 2 hours; a list to choose from where it isn't clear"],
  [`${COMMAND} checkout`, 'a service, a server or a group by its name in staunch.yml'],
  [`${COMMAND} checkout since 30m`, 'another length: 15m, 6h, 3d'],
  [`${COMMAND} checkout yesterday 02:05-02:20`, 'a window in your own time zone'],
  ['@staunch diagnose checkout', 'the same, and the way to ask inside a thread'],
  [
    '@staunch plan checkout',
    'the change that would help, with its diff; others approve it before anything happens',
  ],
];

/** What can be typed. */
export function helpNotice(): Message {
  const items = HELP_LINES.map(([command, what]): RichTextElement[] => [code(command), words(`  ${what}`)]);
  const end = 'Asking only reads. A server is changed only after people have approved exactly that change.';
  const spoken = HELP_LINES.map(([command, what]) => `${command}: ${what}.`).join(' ');
  return message(own`What to type. ${spoken} ${end}`, [
    richText(line(bold('What to type')), list('bullet', items), line(words(end))),
  ]);
}

/** @param reason plain sentences that say why, and what to do next */
export function refusedNotice(reason: string): Message {
  return notice('🔒', [reason]);
}

/** @param problem what was not understood, as a plain sentence; `example` a whole command to type instead */
export function notUnderstoodNotice(problem: string, example: string): Message {
  return notice('❓', [problem, ' Try ', { copy: example }, '.']);
}

/** The name is known to nobody; `nearest` may have been meant. */
export function unknownTargetNotice(name: string, nearest: readonly string[]): Message {
  const start: Saying = ['There is no service, server or group called ', { copy: shown(name, 80) }, '. '];
  const { shown: near } = firstOf(nearest, 3);
  if (near.length === 0)
    return notice('❓', [
      ...start,
      'To choose from a list, type ',
      { copy: COMMAND },
      ' alone in a channel.',
    ]);
  const meant = near.flatMap(
    (each, index): Saying => [
      ...(index === 0 ? [] : [index === near.length - 1 ? ' or ' : ', ']),
      { copy: `${COMMAND} ${shown(each, 80)}` },
    ],
  );
  return notice('❓', [...start, 'Did you mean ', ...meant, '?']);
}

/** The name is that of a server or group that no service belongs to. */
export function foundNothingNotice(name: string): Message {
  return notice('❓', [
    { copy: shown(name, 80) },
    ' is known, but no service in staunch.yml runs there, so there is nothing to diagnose. Type ',
    { copy: COMMAND },
    ' to choose a service.',
  ]);
}

/** Staunch cannot speak in the channel. */
export function notMemberNotice(botName = 'staunch'): Message {
  return notice('🚪', [
    'I am not in this channel, so I cannot answer where everybody sees it. Invite me with ',
    { copy: `/invite @${botName}` },
    ' and ask again.',
  ]);
}

/** The last diagnosis of the incident has not ended. */
export function alreadyRunningNotice(): Message {
  return notice('⏳', [
    'This diagnosis is still running; its verdict will stand in the same message. When it has ended, Re-run works again.',
  ]);
}

/** What a button belongs to is not stored any more. */
export function goneNotice(): Message {
  return notice('📭', [
    'This diagnosis is no longer kept, so there is nothing behind the button. Diagnose again with ',
    { copy: COMMAND },
    '.',
  ]);
}

/** A button of a warning that is not followed any more. */
export function warningGoneNotice(): Message {
  return notice('📭', [
    'This warning is no longer followed: it is not kept any more, or the watch is switched off. To look at the service now, type ',
    { copy: COMMAND },
    '.',
  ]);
}

/** Settings that would replace workers in time are computed, but not yet from a button. */
export function adviseNotice(service: string): Message {
  return notice('🧮', [
    'Nothing is changed from here yet. The settings that would replace workers in time, with the arithmetic and what speaks against them, are printed by ',
    { copy: `staunch advise ${shown(service, 80)}` },
    ' in a terminal.',
  ]);
}

/** staunch.yml cannot be used; the problems are for its admins, not for the channel. */
export function registryProblemNotice(): Message {
  return notice('❗', [
    'staunch.yml has a mistake, so nothing can be diagnosed until it is mended. Nothing was changed. Whoever runs Staunch sees where it is with ',
    { copy: 'staunch doctor' },
    '.',
  ]);
}

/** The window in which to choose could not be opened. */
export function pickerUnavailableNotice(): Message {
  return notice('❗', [
    'Slack did not open the window to choose in. Name the service instead: ',
    { copy: `${COMMAND} checkout since 2h` },
    ', or try again.',
  ]);
}

/** A mistake of ours; the log knows more under the reference. */
export function brokenNotice(reference: string): Message {
  return notice('❗', [
    'Something failed on my side; nothing was changed. Try again, or look from a shell with ',
    { copy: 'staunch diagnose' },
    '. Whoever runs Staunch finds more in its log under ',
    { copy: shown(reference, 100) },
    '.',
  ]);
}

/** Slack's words for why it takes no message, in ours. */
const UNDELIVERABLE: Readonly<Record<string, string>> = {
  not_in_channel: 'I am not in that channel; invite me there with /invite @staunch',
  channel_not_found: 'I cannot see that channel any more; invite me there with /invite @staunch',
  is_archived: 'that channel is archived; ask in another one',
  restricted_action: "the workspace's settings do not let me post there; ask in another channel",
  restricted_action_read_only_channel: 'only some people may post in that channel; ask in another one',
};

/** The person who asked is told directly that the verdict cannot be shown where they asked. */
export function undeliverableNotice(run: Pick<Run, 'incident' | 'window'>, reason: string): Message {
  const { incident, window } = run;
  const why = UNDELIVERABLE[reason] ?? `Slack refused it (${shown(reason, 80)})`;
  return notice('❗', [
    `You asked for a diagnosis of ${shown(incident.service, 80)} (${windowWords(window.fromMs, window.toMs, 'UTC')}), and I cannot post it where you asked: ${why}. Then ask again with `,
    { copy: `${COMMAND} ${shown(incident.service, 80)}` },
    '.',
  ]);
}

/** After somebody said what it really was. */
export function thanksNotice(): Message {
  return notice('🙏', [
    'Thank you: it is noted beside this verdict, for whoever improves the diagnosis. The verdict itself stays as it was.',
  ]);
}

/** One sentence or two with a sign; commands and names are set apart to be copied. */
export function notice(sign: string, saying: Saying): Message {
  const text = saying.map(part => (typeof part === 'string' ? part : part.copy)).join('');
  const elements = saying.map(part => (typeof part === 'string' ? words(part, 2_500) : code(part.copy)));
  return message(own`${sign} ${text}`, [richText(line(words(`${sign} `), ...elements))]);
}
