import { type Analysis, attributedTo } from '../analysis.ts';
import { clockTime, count, effectReason, type Hypothesis, pidsOf, reason, whenOf } from '../hypothesis.ts';
import type { OwnCause } from '../own-causes.ts';

/** A line that names the process or the unit weighs like one of Gunicorn's own; a mere fit leaves more doubt. */
const NAMED = 30;
const UNNAMED = 18;
/** Nobody said which failures follow from it: it can be seen beside them, and explains none. */
const UNTIED = 10;

/**
 * A playbook's cause as a hypothesis. It is proven only where a line names the process or the unit *and*
 * failures follow from it: a pattern alone never makes a verdict `confirmed`.
 */
export function ownHypothesis(cause: OwnCause): Hypothesis {
  return {
    id: cause.id,
    words: cause.words,
    weigh: analysis => (cause.tells === 'worker-death' ? weighDeaths : weighEvents)(cause, analysis),
  };
}

function weighDeaths(cause: OwnCause, analysis: Analysis): ReturnType<Hypothesis['weigh']> {
  const deaths = analysis.deaths.filter(death => death.cause === cause.id);
  if (deaths.length === 0) return undefined;
  const named = deaths.some(death => death.proof === 'pid');
  const attributed = attributedTo(analysis, cause.id).length;
  const text = filledIn(cause.evidence, {
    count: count(deaths.length, 'time'),
    pids: pidsOf(deaths),
    when: whenOf(deaths),
  });
  return {
    reasons: [
      reason(
        named ? NAMED : UNNAMED,
        text,
        deaths.slice(0, 3).flatMap(death => death.lines.slice(0, 2)),
      ),
      ...effectReason(analysis, cause.id),
    ],
    proven: named && attributed > 0,
    attributed,
  };
}

function weighEvents(cause: OwnCause, analysis: Analysis): ReturnType<Hypothesis['weigh']> {
  const events = analysis.ownEvents.filter(event => event.cause.id === cause.id);
  const [first] = events;
  if (first === undefined) return undefined;
  const named = events.some(event => event.names);
  const attributed = attributedTo(analysis, cause.id).length;
  const pids = [...new Set(events.flatMap(({ hit }) => hit.pid ?? []))].map(pid => ({ pid }));
  const text = filledIn(cause.evidence, {
    count: count(events.length, 'time'),
    pids: pidsOf(pids),
    when: `${events.length === 1 ? '' : ', the first'} at ${clockTime(first.at.epochMs)}`,
  });
  const lines = events.slice(0, 3).map(({ hit }) => hit.line);
  if (cause.failures === undefined)
    return {
      reasons: [
        reason(UNTIED, text, lines),
        reason(0, 'The playbook does not say which failed requests follow from it.'),
      ],
      proven: false,
      attributed: 0,
    };
  return {
    reasons: [reason(named ? NAMED : UNNAMED, text, lines), ...effectReason(analysis, cause.id)],
    proven: named && attributed > 0,
    attributed,
  };
}

/** `{when}` begins with its own blank or comma: ` at 10:15:36Z`, `, the first at 10:15:36Z`. */
function filledIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/ ?\{(count|pids|when)\}/g, (whole, name: string) => {
    const value = values[name] ?? '';
    return name === 'when' ? value : whole.replace(`{${name}}`, value);
  });
}
