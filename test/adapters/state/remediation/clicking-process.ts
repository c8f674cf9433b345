import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CLICKERS } from './clickers.ts';

/**
 * Run as a process: PLACE VARIANT NAME. For each line "ID DIGEST CLICKS PEOPLE" on standard input it approves and claims
 * that often, all at once, in turn for its people; then says "claimed ID" for each claim it got, and "done ID".
 */
const [place, variant, name] = process.argv.slice(2);
if (place === undefined || name === undefined || variant === undefined || !(variant in CLICKERS))
  throw new Error('usage: clicking-process PLACE VARIANT NAME');

const say = (text: string) => writeSync(1, `${text}\n`);
const clicker = await CLICKERS[variant as keyof typeof CLICKERS](place);
say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [id = '', digest = '', clicks, people] = line.split(' ');
  await Promise.all(
    Array.from({ length: Number(clicks) }, async (_, click) => {
      await clicker.approve(id, digest, `U-${name}-${click % Number(people)}`);
      if (await clicker.claim(id)) say(`claimed ${id}`);
    }),
  );
  // The last approval may have come after the last look of somebody else.
  if (await clicker.claim(id)) say(`claimed ${id}`);
  say(`done ${id}`);
}
