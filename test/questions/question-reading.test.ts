import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../src/diagnosis/cause.ts';
import { COMMANDS } from '../../src/questions/question.ts';
import { readQuestion } from '../../src/questions/question-reading.ts';
import { causeWords } from '../../src/report/cause-words.ts';

/** A reading in one line: `cause worker-timeout`, `show E7 E8`, `request window 6h`. */
function short(text: string): string {
  const reading = readQuestion(text);
  if (reading.kind === 'unknown') return `unknown ${reading.nearest.join(' | ')}`.trim();
  if (reading.kind === 'request') {
    const { kind, ...rest } = reading.request;
    return `request ${kind} ${Object.values(rest).join(' ')}`.trim();
  }
  const { question } = reading;
  if (question.kind === 'cause') return `cause ${question.causes[0]}`;
  return `${question.kind} ${question.kind === 'show' ? question.ids.join(' ') : ''}`.trim();
}

describe('what is said in a thread', () => {
  it.each([
    ['why not timeout?', 'cause worker-timeout'],
    ['why not oom', 'cause worker-oom-kill'],
    ['Why isn’t it a deploy?', 'cause deploy-restart'],
    ["why wasn't it memory", 'cause worker-oom-kill'],
    ['was it the database?', 'cause dependency-oom-kill'],
    ['could it be a memory leak', 'cause worker-oom-kill'],
    ['not a crash?', 'cause worker-crash'],
    ['what about nginx?', 'cause nginx-config'],
    ['why worker OOM kill', 'cause worker-oom-kill'],
    ['why not keepalive-race', 'cause keepalive-race'],
    ['timeout?', 'cause worker-timeout'],
    ['show E7', 'show E7'],
    ['show e7-e9', 'show E7 E8 E9'],
    ['show me E7 to E9, please', 'show E7 E8 E9'],
    ['open E1, E4 and E9', 'show E1 E4 E9'],
    ['E12?', 'show E12'],
    ['show E9-E7', 'show E7 E8 E9'],
    ['show evidence', 'verdict'],
    ['why?', 'verdict'],
    ['What happened?', 'verdict'],
    ['which worker', 'which-worker'],
    ['which workers died?', 'which-worker'],
    ['what changed', 'what-changed'],
    ["what's changed?", 'what-changed'],
    ['was there a deploy?', 'what-changed'],
    ['how many', 'counts'],
    ['how many requests failed?', 'counts'],
    ['gaps', 'gaps'],
    ['how sure are you?', 'gaps'],
    ['help', 'help'],
    ['?', 'help'],
    ['', 'help'],
    ['again', 'request again'],
    ['Re-run, please', 'request again'],
    ['since 6h', 'request window 6h'],
    ['last 30 min', 'request window 30 min'],
    ['from 02:05 to 02:20', 'request window 02:05 to 02:20'],
    ['yesterday 02:05-02:20', 'request window yesterday 02:05-02:20'],
    ['compare yesterday', 'request compare yesterday'],
    ['compare with last week', 'request compare last week'],
    ['compare', 'request compare yesterday'],
    ['plan', 'request plan'],
    ['propose a fix', 'request plan'],
    ['note the cache was flushed at 10', 'request note the cache was flushed at 10'],
    ['Note: Ana restarted web-1.', 'request note Ana restarted web-1.'],
    ['agian', 'unknown again'],
    ['hlep', 'unknown help'],
    ['shwo E7', 'unknown show E7'],
    ['why not timeuot', 'unknown why not timeout | why'],
    ['is the payment provider slow on mondays for enterprise customers', 'unknown'],
    ['please restart everything', 'unknown'],
  ])('“%s” is: %s', (text, expected) => {
    expect(short(text)).toBe(expected);
  });

  it('knows every cause by its id and by its title', () => {
    for (const id of CAUSE_IDS) {
      expect(short(`why not ${id}`)).toBe(`cause ${id}`);
      expect(short(`was it ${causeWords(id).title}?`)).toBe(`cause ${id}`);
    }
  });

  it.each([
    ['why not harakiri', 'uwsgi/harakiri'],
    ['why not uwsgi/harakiri?', 'uwsgi/harakiri'],
    ['was it a worker killed by harakiri (uWSGI).', 'uwsgi/harakiri'],
    ["what about l'arrêt brutal", 'maison/arret'],
    ['not bad gateway', 'maison/bad-gateway'],
    ['why not bad-gateway', 'maison/bad-gateway'],
    // Both are meant: a name of a playbook comes before what the word usually means.
    ['why not timeout', 'uwsgi/timeout'],
  ])('“%s” asks for a cause of a playbook that was weighed: %s', (text, id) => {
    const weighed = [
      { id: 'worker-timeout' },
      { id: 'uwsgi/harakiri', words: { title: 'worker killed by harakiri (uWSGI).' } },
      { id: 'uwsgi/timeout', words: { title: 'uWSGI gave up' } },
      { id: 'maison/arret', words: { title: "l'arrêt brutal" } },
      { id: 'maison/bad-gateway', words: { title: 'wrong proxy' } },
    ] as const;
    expect(readQuestion(text, weighed)).toMatchObject({ question: { kind: 'cause', causes: [id] } });
    const misspelt = readQuestion('why not harakirri', weighed);
    expect(misspelt).toMatchObject({ nearest: expect.arrayContaining(['why not harakiri']) });
  });

  it('understands every command that it lists', () => {
    for (const [command] of COMMANDS) expect(short(command)).not.toMatch(/^unknown/);
  });

  it('suggests only what it understands, and never throws', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 5_000 }),
      fc
        .constantFrom(...COMMANDS.map(([command]) => command))
        .chain(command => fc.nat(command.length).map(at => command.slice(0, at) + command.slice(at + 1))),
    );
    fc.assert(
      fc.property(typed, text => {
        const reading = readQuestion(text);
        if (reading.kind !== 'unknown') return;
        expect(reading.nearest.length).toBeLessThanOrEqual(3);
        for (const command of reading.nearest) expect(short(command)).not.toMatch(/^unknown/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('shows twenty lines at most, however many are asked for', () => {
    const reading = readQuestion('show E1-E99999');
    expect(reading).toMatchObject({ question: { ids: { length: 20 } } });
  });

  it('takes no time for what is made to take time', () => {
    for (const piece of ['why not ', 'e1-', 'note', 'compare with ', 'since ', 'it be '])
      readQuestion(piece.repeat(400));
  });
});
