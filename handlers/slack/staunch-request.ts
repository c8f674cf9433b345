import { nearestNames } from '../../src/inventory/nearest-name.ts';
import { SEVERITIES, type Severity } from '../../src/workflows/incident-ports.ts';
import { plainText } from './plain-text.ts';

/** What somebody asks of Staunch by a word of its own, after `/staunch` or a mention. */
export type StaunchRequest =
  | { readonly kind: 'status' | 'handover' | 'help' | 'take' }
  /** Which incident; that of the thread, or the channel's newest, when not said. */
  | { readonly kind: 'timeline' | 'export'; readonly number?: number }
  /** As typed; all of them, or the channel's own, when not said. */
  | { readonly kind: 'hosts'; readonly target?: string }
  | { readonly kind: 'snooze'; readonly target?: string; readonly hours?: number }
  | { readonly kind: 'resolve' | 'reopen'; readonly reason: string }
  | { readonly kind: 'severity'; readonly severity?: Severity }
  | { readonly kind: 'note'; readonly text: string };

/** Everything that can be typed, as people are shown it. */
export const STAUNCH_COMMANDS: readonly (readonly [command: string, what: string])[] = [
  ['diagnose checkout since 30m', 'why users see errors; the same as /diagnose-502'],
  ['status', 'what is open: incidents, their states and owners'],
  ['timeline', 'what happened in this incident, in order; also timeline 12'],
  ['export', 'the post-mortem as a file in the thread; also export 12'],
  ['hosts', 'servers of a service, and which of them do not answer'],
  ['plan checkout', 'the change that would help, shown before anybody is asked'],
  ['snooze checkout 4h', 'hear no more of a warning of growth for that long'],
  ['handover', 'all that the next shift has to know, for everybody in the channel'],
  ['take', 'in an incident’s thread: you look after it'],
  ['severity critical', 'in an incident’s thread: low, high or critical'],
  ['note TEXT', 'in an incident’s thread: your words in its timeline'],
  ['resolve REASON', 'in an incident’s thread: close it; reopen REASON takes that back'],
  ['help', 'this list'],
];

const WORDS: Readonly<Record<string, StaunchRequest['kind']>> = {
  status: 'status',
  open: 'status',
  incidents: 'status',
  handover: 'handover',
  'hand-over': 'handover',
  help: 'help',
  '?': 'help',
  usage: 'help',
  take: 'take',
  mine: 'take',
  timeline: 'timeline',
  history: 'timeline',
  export: 'export',
  postmortem: 'export',
  'post-mortem': 'export',
  hosts: 'hosts',
  servers: 'hosts',
  snooze: 'snooze',
  resolve: 'resolve',
  resolved: 'resolve',
  close: 'resolve',
  reopen: 'reopen',
  're-open': 'reopen',
  severity: 'severity',
  note: 'note',
};
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/i;
const HOURS = /^(?<count>\d{1,3})\s*h(?:ours?)?$/i;
const LONGEST = 2_000;
/** Words for other requests; suggested when something near them was typed. */
const OTHERS = ['diagnose', 'plan'] as const;

/** Reads a word of Staunch's own and what follows it; undefined for everything else. */
export function readStaunchRequest(text: string): StaunchRequest | undefined {
  const said = plainText(text).trim().slice(0, LONGEST);
  const [first = '', ...rest] = said.split(/\s+/);
  const word = first.toLowerCase().replace(/(?<=.)[:,.!?]+$/, '');
  const kind = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  const tail = said.slice(first.length).trim();
  switch (kind) {
    case undefined:
      return undefined;
    case 'timeline':
    case 'export': {
      const number = /^#?(?<number>\d{1,9})$/.exec(tail)?.groups?.number;
      return { kind, ...(number !== undefined && { number: Number(number) }) };
    }
    case 'hosts':
      return { kind, ...targetOf(rest) };
    case 'snooze': {
      const hours = rest.map(each => HOURS.exec(each)?.groups?.count).find(Boolean);
      return {
        kind,
        ...targetOf(rest.filter(each => !HOURS.test(each) && each.toLowerCase() !== 'for')),
        ...(hours !== undefined && { hours: Number(hours) }),
      };
    }
    case 'resolve':
    case 'reopen':
      return { kind, reason: tail.replace(/^because[:,]?\s*/i, '') };
    case 'severity': {
      const severity = SEVERITIES.find(each => each === tail.toLowerCase());
      return { kind, ...(severity && { severity }) };
    }
    case 'note':
      return { kind, text: tail };
    default:
      return { kind };
  }
}

function targetOf([first = '']: readonly string[]): { readonly target?: string } {
  return NAME.test(first) ? { target: first } : {};
}

/** Whole commands that may have been meant by something that is none, the likeliest first. */
export function nearestStaunchCommands(text: string): readonly string[] {
  const word = plainText(text).trim().toLowerCase().split(/\s+/)[0] ?? '';
  const near = nearestNames(word, [...Object.keys(WORDS), ...OTHERS]);
  return [...new Set(near.map(name => WORDS[name] ?? name))].slice(0, 3);
}
