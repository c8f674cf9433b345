import './large-packets.ts';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { openSource } from '../../practice/fleet/open-fleet.ts';
import type { Question, ReadVerb } from '../../src/collectors/question.ts';
import type { Server } from '../../src/inventory/registry.ts';
import type { Source } from '../../src/workflows/ports.ts';
import { SimulatedServer } from '../../test/workflows/simulated-servers.ts';

/**
 * Many servers in one process: each has an address of its own on loopback, speaks SSH, and answers the questions of
 * the read script. The watch sees 8 workers whose memory changes; a diagnosis sees checkout's of practice mode.
 * Started by `fork` with ADDRESSES, PORT and HOST_KEY (a file).
 */
const { ADDRESSES = '[]', PORT, HOST_KEY = '' } = process.env;
const WORKERS = 8;
const MIB = 1024 * 1024;

process.env.STAUNCH_PRACTICE_PACE = '0';
const practice: Source = await openSource();
const hostKeys = [readFileSync(HOST_KEY)];
const servers = new Map<string, SimulatedServer>();

for (const address of JSON.parse(ADDRESSES) as string[]) {
  const simulated = new SimulatedServer();
  simulated.workers = Array.from({ length: WORKERS }, (_, worker) => ({
    pid: 200 + worker,
    startTicks: 1_000 + worker,
    rssBytes: (80 + worker) * MIB,
  }));
  servers.set(address, simulated);
  const listener = new ssh2.Server({ hostKeys }, connection => serve(connection, simulated));
  listener.listen(Number(PORT), address);
  await once(listener, 'listening');
}
process.once('disconnect', () => process.exit(0));
process.on('message', () => {
  for (const simulated of servers.values()) passMinute(simulated);
  process.send?.('passed');
});
process.send?.('ready');

/** A minute passes: requests come, memory grows here and there. */
function passMinute(simulated: SimulatedServer): void {
  simulated.log.push(200, 200, 200, 200);
  for (const worker of simulated.workers) if (Math.random() < 0.55) worker.rssBytes += 4_096 * 10;
}

function serve(connection: Connection, simulated: SimulatedServer): void {
  // Whose key it is does not matter here: that is looked at on the client's side of every test.
  connection.on('authentication', asked => asked.accept());
  connection.on('error', () => undefined);
  connection.on('ready', () => {
    connection.on('session', accept => {
      const session = accept();
      session.on('exec', acceptExec => answerQuestions(acceptExec(), simulated));
    });
  });
}

function answerQuestions(channel: ServerChannel, simulated: SimulatedServer): void {
  let marker = '';
  let rest = '';
  let turn = Promise.resolve();
  channel.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [id = '', , verb = '', ...words] = line.split(' ');
      if (marker === '') {
        marker = line.slice('hello '.length);
        channel.write(`${marker} hello 1 shell 1000\n`);
      } else
        turn = turn.then(() => answer(channel, marker, id, verb as ReadVerb, words.map(decoded), simulated));
    }
  });
  channel.on('error', () => undefined);
}

async function answer(
  channel: ServerChannel,
  marker: string,
  id: string,
  verb: ReadVerb,
  args: readonly string[],
  simulated: SimulatedServer,
): Promise<void> {
  const question: Question = { verb, args, limits: { timeoutMs: 20_000, maxBytes: 4 * 1024 * 1024 } };
  const [told] =
    verb === 'watch-sample'
      ? [simulated.answer(question)]
      : await practice.ask(CHECKOUT, [question], new AbortController().signal);
  const [bytes, exit, complaint] = told?.ok
    ? [Buffer.from(told.bytes), told.exitCode, told.complaint]
    : [Buffer.alloc(0), 1, 'not answered'];
  channel.write(`${marker} begin ${id}\n`);
  channel.write(bytes);
  channel.write(`\n${marker} end ${id} ${exit} 0\n${complaint}\n${marker} done ${id}\n`);
}

const CHECKOUT = { id: 'checkout-1', user: 'staunch' } as Server;

/** As `printf %b` would. */
function decoded(word: string): string {
  return word === '\\c'
    ? ''
    : word.replace(/\\0([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}
