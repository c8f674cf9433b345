import { durationWords } from './time-words.ts';

/** An entry of the audit, as far as its words go. */
export interface ToldEntry {
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Body = ToldEntry['body'];

const SHORT_ID = 8;
const SHORT_DIGEST = 12;

/** What each kind of entry says, without who and when. */
const WORDS: Readonly<Record<string, (body: Body) => string>> = {
  'proposal-opened': body =>
    `asks for ${text(body.remedy)} of ${text(body.service)} on ${many(body.servers)}, ${change(body)} ` +
    `${digest(body)}, needs ${text(body.quorum)}: ${quoted(body.reason)}`,
  superseded: body => `${change(body)} is replaced by ${short(body.by)}`,
  approved: body =>
    `approves ${change(body)} ${digest(body)}, ${text(body.approvals)} of ${text(body.quorum)}` +
    (body.enough === true ? ': it may be applied' : ''),
  rejected: body => `rejects ${change(body)}: ${quoted(body.reason)}`,
  'break-glass': body =>
    `BREAKS THE GLASS for ${change(body)} ${digest(body)}, with ${text(body.approvals)} of ${text(body.quorum)} ` +
    `approvals: ${quoted(body.reason)}`,
  refused: body =>
    `is refused (${text(body.what)}${body.proposal === undefined ? '' : `, ${change(body)}`}): ${text(body.reason)}`,
  'applied-by-hand': body =>
    `says that ${change(body)} ${digest(body)} was applied by hand: ${quoted(body.note)}`,
  expired: body => `${change(body)} ran out of time while it was ${text(body.was)}`,
  claimed: body => `${change(body)} begins on ${text(body.server)}`,
  'taken-up': body => `${change(body)} is taken up on ${text(body.server)}, where it is ${text(body.state)}`,
  state: body =>
    `${change(body)} on ${text(body.server)}: ${text(body.from)} → ${text(body.to)}${because(body.detail)}`,
  ended: body => `${change(body)} ended: ${text(body.state)}${because(body.detail)}`,
  'changes-stopped': body => `STOPS ALL CHANGES: ${quoted(body.why)}`,
  'changes-allowed': body => `allows changes again: ${quoted(body.why)}`,
  'outcome-reported': body => `the outcome of ${change(body)} is reported`,
  'clock-set': clockWords,
  'head-told': body => `the head ${text(body.sequence)} is told${inPlace(body.channel)}`,
};

/** One sentence of an entry. A kind that has no words of its own is shown as it stands. */
export function auditWords({ kind, body }: ToldEntry): string {
  return WORDS[kind]?.(body) ?? `${kind} ${JSON.stringify(body)}`;
}

function clockWords({ byMs }: Body): string {
  if (typeof byMs !== 'number')
    return 'the machine was started again: what was approved before does not count any more';
  const way = byMs < 0 ? 'back' : 'forward';
  return `the clock was set ${way} by ${durationWords(Math.abs(byMs))}: what was approved before does not count any more`;
}

function change({ proposal }: Body): string {
  return `change ${short(proposal)}`;
}

function short(id: unknown): string {
  return text(id).slice(0, SHORT_ID);
}

function digest(body: Body): string {
  return `(${text(body.digest).slice(0, SHORT_DIGEST)})`;
}

function quoted(words: unknown): string {
  return `“${text(words)}”`;
}

function because(detail: unknown): string {
  return detail === undefined ? '' : ` (${text(detail)})`;
}

function inPlace(channel: unknown): string {
  return channel === undefined ? '' : ` in ${text(channel)}`;
}

function many(names: unknown): string {
  return Array.isArray(names) ? names.map(text).join(', ') : text(names);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '?';
}
