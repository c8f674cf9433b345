import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { TEST_SCRIPT } from './sshd-rig.ts';

const MARKER = 'fedcba9876543210fedcba9876543210';
const QUESTIONS = [
  `hello ${MARKER}`,
  '1 100 echo a\\0040b \\c \\0134n * \\0303\\0244',
  '2 100 fail',
  '3 10 xs 11',
  '4 100 swallow',
  '5 100 nope',
  '6 100 echo two\\0012lines',
  '7 many echo',
  '8 100 echo last',
  '',
].join('\n');
const ANSWERS = [
  `${MARKER} hello 1 shell ${process.getuid?.()}\n`,
  `${MARKER} begin 1\n<a b><><\\n><*><ä>\n${MARKER} end 1 0 0\n\n${MARKER} done 1\n`,
  `${MARKER} begin 2\npartly\n\n${MARKER} end 2 3 0\nthe reason\n${MARKER} done 2\n`,
  `${MARKER} begin 3\nxxxxxxxxxx\n${MARKER} end 3 CUT\n\n${MARKER} done 3\n`,
  `${MARKER} begin 4\nstdin was empty\n\n${MARKER} end 4 0 0\n\n${MARKER} done 4\n`,
  `${MARKER} begin 5\n\n${MARKER} end 5 64 0\nstaunch: unknown question: nope\n${MARKER} done 5\n`,
  `${MARKER} begin 6\n\n${MARKER} end 6 64 0\nstaunch: an argument holds a line break\n${MARKER} done 6\n`,
  `${MARKER} begin 7\n\n${MARKER} end 7 64 0\nstaunch: the byte limit is not a number\n${MARKER} done 7\n`,
  `${MARKER} begin 8\n<last>\n${MARKER} end 8 0 0\n\n${MARKER} done 8\n`,
].join('');

/** Shells of servers; busybox is tried where this machine has it. */
const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([program = '', ...options]) => spawnSync(program, [...options, '-c', ':']).status === 0,
);

describe('the serve loop', () => {
  it.each(SHELLS)('gives the same answers in %s %s', async (program, ...options) => {
    const child = spawn(program ?? '', [...options, '-c', TEST_SCRIPT.text], { detached: true });
    let output = '';
    const ended = new Promise<NodeJS.Signals | null>(resolve =>
      child.once('exit', (_, signal) => resolve(signal)),
    );
    const complete = new Promise<void>(resolve => {
      child.stdout.on('data', chunk => {
        output += chunk;
        if (output.includes(`${MARKER} done 8`)) resolve();
      });
    });
    child.stdin.write(QUESTIONS);
    await Promise.race([complete, ended]);
    child.stdin.end();
    // Whether the tool noticed that it was cut depends on how fast it was: both are right.
    expect(output.replace(/end 3 (0 0|141 1)/, 'end 3 CUT')).toBe(ANSWERS);
    expect(await ended).toBe('SIGKILL');
  });

  it.each(['hello', `hello ${MARKER} more`, 'hello short', `HELLO ${MARKER}`, '1 100 echo'])(
    'says nothing to a client that begins with %j',
    async line => {
      const child = spawn('sh', ['-c', TEST_SCRIPT.text], { detached: true });
      let output = '';
      child.stdout.on('data', chunk => {
        output += chunk;
      });
      child.stdin.on('error', () => {}); // the loop ends before it has read all
      child.stdin.write(`${line}\n1 100 echo hi\n`);
      await new Promise(resolve => child.once('close', resolve));
      expect(output).toBe('');
    },
  );
});
