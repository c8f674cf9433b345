import { RIGHT, withChanged } from './celery-playbook.ts';

const NAME = 'expected a name of a-z, 0-9 and "-", at most 40 characters, such as worker-killed';
/** What is broken, the text, and what must be said about it. */
export const BROKEN: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'that is empty',
    '',
    ['own.yml:1:1: the file is empty: expected a playbook; begin with "id: my-playbook"'],
  ],
  [
    'that is a list',
    '- id: x\n',
    [
      'own.yml:1:1: the file is a list: expected a playbook with id, title, about, hypotheses, steps and close',
    ],
  ],
  [
    'with a bracket left open',
    'id: [celery\n',
    [
      'own.yml:2:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'with a field written twice',
    withChanged('about: What', 'title: Again\nabout: What'),
    ['own.yml:3:1: title is written twice in the same map: keep one, the other would be lost'],
  ],
  [
    'with two documents',
    `${RIGHT}---\nid: other\n`,
    [
      'own.yml:46:1: a second YAML document begins here ("---"): one file holds one playbook; make a second file',
    ],
  ],
  [
    'with an id that is no name',
    withChanged('id: celery', 'id: Celery Workers'),
    [`own.yml:1:5: id is "Celery Workers": ${NAME}`],
  ],
  ['without an id', withChanged('id: celery\n', ''), [`own.yml:1:1: id is missing: ${NAME}`]],
  [
    'with a misspelt field',
    withChanged('about: What', 'abuot: What'),
    [
      'own.yml:1:1: about is missing: expected one line of 1 to 300 characters, such as "NGINX answers 502 for a Gunicorn application."',
      'own.yml:3:1: abuot is not a field here; did you mean about?',
    ],
  ],
  [
    'with a misspelt cause',
    withChanged('[worker-oom-kill, worker-exit]', '[worker-oom-kil]'),
    [
      'own.yml:5:14: hypotheses[0] is "worker-oom-kil": expected a built-in cause; did you mean worker-oom-kill?',
    ],
  ],
  [
    'without a hypothesis',
    withChanged('[worker-oom-kill, worker-exit]', '[]'),
    [
      'own.yml:5:13: hypotheses is an empty list: expected at least one built-in cause, e.g. [worker-oom-kill]',
    ],
  ],
  [
    'with an unknown collector',
    withChanged('[unit-journal]', '[journal]'),
    [
      'own.yml:4:14: collectors[0] is "journal": expected a collector; there are clock, unit-state, unit-files, nginx-config, accept-queue, host-memory, memory-samples, unit-journal and others',
    ],
  ],
  [
    'with a cause named like a built-in one',
    withChanged('  - id: lost\n', '  - id: worker-crash\n')
      .replaceAll('cause: [lost]', 'cause: [worker-crash]')
      .replace('cause: lost', 'cause: worker-crash'),
    [
      'own.yml:7:9: causes[0].id is "worker-crash", which is a built-in cause: give it a name of its own, such as my-worker-crash',
    ],
  ],
  [
    'with a pattern that is not closed',
    withChanged("'Process (?<pid>\\d+) exited", "'Process (?<pid>\\d+ exited"),
    [
      'own.yml:13:16: causes[0].patterns[0].match is "Process (?<pid>\\\\d+ exited with signal": the pattern cannot be used, at character 9: a group is opened and never closed: add ")", or write \\( for the character itself',
    ],
  ],
  [
    'with a pattern that refers back',
    withChanged('exited with signal', 'exited \\1'),
    [
      'own.yml:13:16: causes[0].patterns[0].match is "Process (?<pid>\\\\d+) exited \\\\1": the pattern cannot be used, at character 29: \\1 refers back to an earlier group, which a line read once from left to right cannot do: write out what must stand there',
    ],
  ],
  [
    'with a pattern that multiplies',
    withChanged("'Process (?<pid>\\d+) exited with signal'", "'(?:a{1,90}){1,90}Process'"),
    [
      'own.yml:13:16: causes[0].patterns[0].match is "(?:a{1,90}){1,90}Process": the pattern comes to more than 2000 steps because its counts multiply: use smaller counts, or + and *',
    ],
  ],
  [
    'with a pattern that fits everything',
    withChanged("'Process (?<pid>\\d+) exited with signal'", "'.*(?<pid>\\d+).*'"),
    [
      'own.yml:13:16: causes[0].patterns[0].match is ".*(?<pid>\\\\d+).*": the pattern holds no 4 fixed characters in a row that every line must have, so lines of another kind would fit: write out a word of the message; alternatives are patterns of their own',
    ],
  ],
  [
    'with a group that is not used',
    withChanged('(?<pid>', '(?<process>'),
    [
      'own.yml:13:16: causes[0].patterns[0].match is "Process (?<process>\\\\d+) exited with signal": (?<process>…) is no group that is used: known are pid, time, unit, signal; write (?:…) for any other group',
    ],
  ],
  [
    'with a pattern over an unknown log',
    withChanged('source: unit-journal', 'source: syslog'),
    [
      'own.yml:12:17: causes[0].patterns[0].source is "syslog": expected a source that patterns can be laid over; there are unit-journal, kernel-log, nginx-error-log',
    ],
  ],
  [
    'with failures of a death',
    withChanged("    evidence: 'Workers", "    failures: { statuses: [502] }\n    evidence: 'Workers"),
    [
      'own.yml:14:15: causes[0].failures is a map: from the end of a worker follow the failures that any end of a worker has: leave the field out, or write tells: event',
    ],
  ],
  [
    'with failures of no kind',
    withChanged('tells: worker-death', 'tells: event').replace(
      "    evidence: 'Workers",
      "    failures: {}\n    evidence: 'Workers",
    ),
    [
      'own.yml:14:15: causes[0].failures is a map: expected { faults: […] } or { statuses: […] }, with at least one of them',
    ],
  ],
  [
    'with a title that would call people',
    withChanged('title: worker lost', 'title: <!here> worker lost'),
    [
      'own.yml:8:12: causes[0].title is "<!here> worker lost": expected 1 to 40 letters, digits, blanks and . , \' ( ) / - such as "worker killed by a signal"',
    ],
  ],
  [
    'with something else filled in',
    withChanged('{when}', '{host}'),
    [
      'own.yml:14:15: causes[0].evidence is "Workers were lost: {count}, {pids}{host}.": expected a sentence in which only {count}, {pids} and {when} are filled in',
    ],
  ],
  [
    'with a command that changes something',
    withChanged('journalctl -u {unit} {window}', 'systemctl restart {unit}'),
    [
      'own.yml:17:18: causes[0].next[0].command is "systemctl restart {unit}": "systemctl re" changes something: a look only reads; let Staunch change it by "propose", or say it in the words',
    ],
  ],
  [
    'with a text of two lines',
    withChanged('look: Read the journal.', 'look: |\n      Read\n      all'),
    [
      'own.yml:22:11: steps[0].look is "Read"…: expected one line of 1 to 300 characters, such as "Compare MemoryMax with what the workers take."',
    ],
  ],
  [
    'with a text that YAML takes apart',
    withChanged('label: Something else }', 'label: Something else, more }'),
    [
      'own.yml:26:45: steps[0].answers[1].more is not a field here: a text with a comma or a colon in it must stand in quotes',
    ],
  ],
  [
    'with one answer only',
    withChanged('      - { id: other, label: Something else }\n', ''),
    ['own.yml:25:7: steps[0].answers is a list: expected a list of 2 to 4 answers, each with id and label'],
  ],
  [
    'with a remedy that does not exist',
    withChanged('propose: memory-limits', 'propose: restart'),
    [
      'own.yml:32:14: steps[1].propose is "restart": expected a remedy; there are recycling, oom-policy, memory-limits, worker-count, recycle-worker',
    ],
  ],
  [
    'with two things to do in one step',
    withChanged('propose: memory-limits', 'propose: memory-limits\n    again: true'),
    ['own.yml:33:5: steps[1].again stands beside propose: a step has one thing to do; make two steps of it'],
  ],
  [
    'with two steps of one name',
    withChanged('id: limits', 'id: read')
      .replace('answered: { read: [memory] }', 'verdict: [likely]')
      .replace('[read, limits, watch]', '[read, watch]'),
    ['own.yml:27:9: steps[1].id is "read", as steps[0].id is: give each a name of its own'],
  ],
  [
    'that branches on a cause it does not weigh',
    withChanged('cause: [lost]', 'cause: [worker-timeout]'),
    [
      'own.yml:21:21: steps[0].when.cause[0] is "worker-timeout", which this playbook does not weigh: add it to hypotheses',
    ],
  ],
  [
    'that branches on a step that is not there',
    withChanged('answered: { read:', 'answered: { raed:'),
    ['own.yml:29:25: steps[1].when.answered.raed is no step of this playbook; did you mean read?'],
  ],
  [
    'that branches on a later step',
    withChanged('when: { cause: [lost] }', 'when: { answered: { limits: [done] } }'),
    [
      'own.yml:21:25: steps[0].when.answered.limits is a step that comes later or is this one: only what was answered before can be asked for; move that step up',
    ],
  ],
  [
    'that branches on an answer that is not there',
    withChanged('read: [memory]', 'read: [memroy]'),
    [
      'own.yml:29:32: steps[1].when.answered.read[0] is "memroy", and read cannot be answered so; did you mean memory?',
    ],
  ],
  [
    'with a length that is none',
    withChanged('for: 30m', 'for: half an hour'),
    ['own.yml:34:8: watch.for is "half an hour": expected a length such as 30m, 2h or 1d'],
  ],
  [
    'with no ending that always fits',
    withChanged('  - reason: It is known.', '  - when: { verdict: [likely] }\n    reason: It is known.'),
    [
      'own.yml:40:11: close[1].when is set on the last ending: leave it out, so that there is always one that fits',
    ],
  ],
  [
    'with an ending that is always taken first',
    withChanged('  - when: { verdict: [no-incident] }\n    reason: Nothing', '  - reason: Nothing'),
    [
      'own.yml:38:5: close[0] has no "when", and endings stand below it: it would always be taken; put it last',
    ],
  ],
  [
    'with a fixture whose walk does not end',
    withChanged('[read, limits, watch]', '[read, limits]'),
    [
      'own.yml:45:18: fixtures[0].next[1] is "limits", and the walk must end with watch or close: write all its steps',
    ],
  ],
  [
    'with the id of a shipped one',
    withChanged('id: celery', 'id: gateway-502'),
    [
      'own.yml:1:5: id is "gateway-502", which is a shipped playbook: add "replaces: true" to take its place, "extends: gateway-502" to add to it, or choose another id',
    ],
  ],
  [
    'that extends one that is not there',
    'id: mine\nextends: gateway-504\n',
    ['own.yml:2:10: extends is "gateway-504": expected the id of a playbook; did you mean gateway-502?'],
  ],
  [
    'that replaces one that is not there',
    `${RIGHT}replaces: true\n`,
    [
      'own.yml:46:11: replaces is true, and no shipped playbook is named "celery"; there is gateway-502; or leave "replaces" out',
    ],
  ],
];
