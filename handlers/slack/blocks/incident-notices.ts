import type { Standing } from '../../../src/workflows/incident-ports.ts';
import type { Message } from '../../../src/workflows/message.ts';
import { STAUNCH_COMMANDS } from '../staunch-request.ts';
import { bold, code, line, list, message, richText, words } from './block-parts.ts';
import { notice } from './notices.ts';
import { own, shown } from './slack-text.ts';

/** The incident behind a button or a word is not kept any more. */
export function incidentGoneNotice(): Message {
  return notice('📭', [
    'This incident is no longer kept, so there is nothing behind that. What is open shows ',
    { copy: '@staunch status' },
    '.',
  ]);
}

/** A button of a card that is not the last one, or whose incident is resolved. */
export function otherCardNotice(): Message {
  return notice('↘️', [
    'That card is not the last one any more, so nothing happened. The last next-step card of the thread is the one that counts; of a resolved incident, ',
    { copy: '@staunch reopen' },
    ' brings one back.',
  ]);
}

/** The question was taken up by an incident that is open in this channel already. */
export function joinedNotice({ number, incident }: Standing, running: boolean): Message {
  const service = shown(incident.service, 80);
  return notice('🧵', [
    `Incident ${number} of ${service} is open in this channel already, and one trouble has one thread. `,
    running
      ? 'A diagnosis of it is running at this moment; its verdict will stand in the same message.'
      : 'It is being diagnosed again: its message is edited, and its thread has what is new.',
    ' To look at another time, name it: ',
    { copy: `/diagnose-502 ${service} yesterday 02:05-02:20` },
    '.',
  ]);
}

/** A word that means something only in an incident's thread, or with its number. */
export function whichIncidentNotice(command: string): Message {
  return notice('❓', [
    'It is not clear which incident is meant. Write it in the incident’s thread, as ',
    { copy: `@staunch ${shown(command, 40)}` },
    ', or name its number; what is open shows ',
    { copy: '@staunch status' },
    '.',
  ]);
}

/** A word that needs more. */
export function sayMoreNotice(what: string, example: string): Message {
  return notice('❓', [what, ' Try ', { copy: example }, '.']);
}

/** Something was kept with the incident. */
export function keptNotice(what: string): Message {
  return notice('✓', [what]);
}

export function unknownCommandNotice(said: string, nearest: readonly string[]): Message {
  const meant = nearest.length === 0 ? ['help'] : nearest;
  return notice('❓', [
    'I do not know ',
    { copy: shown(said, 60) || 'that' },
    '. ',
    nearest.length === 0 ? 'All that can be typed: ' : 'Did you mean ',
    ...meant.flatMap((each, at) => [...(at === 0 ? [] : [' or ']), { copy: `/staunch ${shown(each, 40)}` }]),
    nearest.length === 0 ? '.' : '?',
  ]);
}

/** Everything that can be typed. */
export function staunchHelpNotice(): Message {
  const spoken = STAUNCH_COMMANDS.map(([command, what]) => `${command}: ${what}.`).join(' ');
  const end =
    'In a thread write @staunch instead of /staunch: Slack has no commands there. In an incident’s thread every other question is answered from its evidence, such as “why not timeout?”.';
  return message(own`What to type after /staunch, or after a mention of the app. ${spoken} ${end}`, [
    richText(
      line(bold('After /staunch, or after @staunch in a thread')),
      list(
        'bullet',
        STAUNCH_COMMANDS.map(([command, what]) => [code(command), words(`  ${what}`)]),
      ),
      line(words(end)),
    ),
  ]);
}
