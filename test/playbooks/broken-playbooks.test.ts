import { describe, expect, it } from 'vitest';
import { shelve } from '../../playbooks/playbook-shelf.ts';
import { BROKEN } from './broken-playbooks.ts';
import { RIGHT } from './celery-playbook.ts';

const SHIPPED = {
  fileName: 'playbooks/gateway-502.yml',
  folder: '/p',
  text: RIGHT.replace('id: celery', 'id: gateway-502'),
};
const problemsOf = (text: string) =>
  shelve([SHIPPED], [{ fileName: 'own.yml', folder: '/own', text }]).problems;
describe('a broken playbook', () => {
  it('is told from a right one', () => {
    expect(problemsOf(RIGHT)).toEqual([]);
  });

  it('is there in thirty ways and more', () => {
    expect(BROKEN.length).toBeGreaterThanOrEqual(30);
    expect(new Set(BROKEN.map(([, text]) => text)).size).toBe(BROKEN.length);
  });

  it.each(BROKEN)('%s is told by place, value, what is accepted and what to try', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('tells two files with one id apart, and two that extend each other', () => {
    const own = (fileName: string, text: string) => ({ fileName, folder: '/own', text });
    expect(shelve([], [own('a.yml', RIGHT), own('b.yml', RIGHT)]).problems).toEqual([
      'b.yml:1:5: id is "celery", as in a.yml: give one of the two another id',
    ]);
    const { problems } = shelve(
      [],
      [own('a.yml', 'id: a\nextends: b\n'), own('b.yml', 'id: b\nextends: a\n')],
    );
    expect(problems).toEqual([
      'b.yml:2:10: extends is "a", which in turn extends this one: one of the two must stand alone',
      'a.yml:2:10: extends is "b", which cannot be used itself: mend that one first',
    ]);
  });
});
