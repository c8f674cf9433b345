import { expect } from 'vitest';

/** A playbook that is right, line by line, so that a test breaks one line of it. */
export const RIGHT = `id: celery
title: Celery workers
about: What became of the workers?
collectors: [unit-journal]
hypotheses: [worker-oom-kill, worker-exit]
causes:
  - id: lost
    title: worker lost
    meaning: A worker went away.
    tells: worker-death
    patterns:
      - source: unit-journal
        match: 'Process (?<pid>\\d+) exited with signal'
    evidence: 'Workers were lost: {count}, {pids}{when}.'
    next:
      - words: What did it say last?
        command: journalctl -u {unit} {window}
steps:
  - id: read
    title: What did it say?
    when: { cause: [lost] }
    look: Read the journal.
    means: It tells the reason.
    answers:
      - { id: memory, label: Memory }
      - { id: other, label: Something else }
  - id: limits
    title: Give it room
    when: { answered: { read: [memory] } }
    look: The limit.
    means: It is too low.
    propose: memory-limits
watch:
  for: 30m
  calm: [http502]
  means: It comes back.
close:
  - when: { verdict: [no-incident] }
    reason: Nothing was wrong.
  - reason: It is known.
fixtures:
  - bundle: recordings/lost
    verdict: confirmed
    cause: lost
    next: [read, limits, watch]
`;

/** The right playbook with one piece of it changed. */
export const withChanged = (piece: string, change: string): string => {
  expect(RIGHT.split(piece).length, piece).toBe(2);
  return RIGHT.replace(piece, change);
};
