import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as Listener, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DiagnosisDocument } from '../../src/report/diagnosis-document.ts';
import { Rig, type Sshd } from '../adapters/ssh/sshd-rig.ts';
import { run } from './lab.ts';

const ANSWERING = 180;
const SILENT = 20;
/** One after the other the silent ones alone would take more than three minutes. */
const SLOWEST_MS = 60_000;
const PORT = 22_122;
/** sshd listens on 16 sockets at most; the rig takes one. */
const PER_SSHD = 15;
const staunch = join(import.meta.dirname, '..', '..', 'bin', 'staunch');

const numbers = Array.from({ length: ANSWERING }, (_, i) => i + 1);
const addressOf = (number: number): string => `127.7.0.${number}`;
const silentAddressOf = (number: number): string => `127.7.1.${number}`;

/**
 * Real sshd on 180 loopback addresses, each a server with an access log of its own, and 20 addresses that
 * accept TCP and never say a word. This machine's two or so cores play them all.
 */
describe(`${ANSWERING} servers that answer and ${SILENT} that never do`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'staunch-fleet-'));
  const rig = new Rig();
  const listeners: Listener[] = [];
  const sockets: Socket[] = [];
  const sshds: Sshd[] = [];

  beforeAll(async () => {
    for (let from = 0; from < ANSWERING; from += PER_SSHD) {
      const addresses = numbers.slice(from, from + PER_SSHD).map(addressOf);
      const listen = addresses.map(address => `ListenAddress ${address}:${PORT}`);
      sshds.push(
        await rig.sshd({ host: addressOf(from + 1), lines: ['MaxStartups 1000:30:2000', ...listen] }),
      );
    }
    for (const number of numbers.slice(0, SILENT)) {
      const listener = createServer(socket => void sockets.push(socket));
      await new Promise<void>(resolve => listener.listen(PORT, silentAddressOf(number), resolve));
      listeners.push(listener);
    }
    const now = Math.floor(Date.now() / 1000);
    for (const number of numbers) plantLogs(join(folder, `s${number}`), number, now);
    const server = (host: string, number: number) => ({
      host,
      port: PORT,
      user: rig.user,
      hostKey: sshds[Math.floor((number - 1) / PER_SSHD)]?.hostKeyLine,
      identityFile: rig.keyFile,
    });
    const answering = numbers.map(number => [`s${number}`, server(addressOf(number), number)] as const);
    const silent = numbers
      .slice(0, SILENT)
      .map(number => [`quiet${number}`, server(silentAddressOf(number), 1)] as const);
    const names = [...answering, ...silent].map(([name]) => name);
    const registry = {
      servers: Object.fromEntries([...answering, ...silent]),
      services: Object.fromEntries(
        names.map(name => [
          `on-${name}`,
          {
            unit: 'checkout.service',
            servers: [name],
            nginx: {
              accessLogs: [join(folder, name, 'access.log')],
              errorLogs: [join(folder, name, 'error.log')],
            },
          },
        ]),
      ),
      groups: { fleet: names.map(name => `on-${name}`) },
    };
    writeFileSync(join(folder, 'staunch.yml'), stringify(registry));
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    for (const listener of listeners) listener.close();
    await rig.stop();
    rmSync(folder, { recursive: true });
  });

  it(`hears all within ${SLOWEST_MS / 1000} s and names the silent ones`, async () => {
    const began = performance.now();
    const ran = await run(process.execPath, [staunch, 'diagnose', 'fleet', '--since', '30m', '--json'], {
      cwd: folder,
    });
    const tookMs = performance.now() - began;
    console.log(`${ANSWERING} + ${SILENT} servers: ${Math.round(tookMs)} ms`);
    const documents = DiagnosisDocument.array().parse(JSON.parse(ran.out));
    const byService = new Map(documents.map(document => [document.service, document]));
    expect(numbers.map(number => byService.get(`on-s${number}`)?.counts.http502)).toEqual(numbers);
    for (const number of numbers.slice(0, SILENT)) {
      const document = byService.get(`on-quiet${number}`);
      expect(document?.verdict).toBe('inconclusive');
      expect(document?.gaps.map(gap => [gap.server, gap.source, gap.kind])).toEqual([
        [`quiet${number}`, 'connection', 'timed-out'],
      ]);
    }
    expect(byService.size).toBe(ANSWERING + SILENT);
    expect(tookMs).toBeLessThan(SLOWEST_MS);
  });
});

/** A thousand requests of the last minutes, as many of them 502 as the server's number says. */
function plantLogs(folder: string, failing: number, now: number): void {
  mkdirSync(folder);
  const access: string[] = [];
  const errors: string[] = [];
  for (let i = 0; i < 1000; i++) {
    const at = new Date((now - 1000 + i) * 1000);
    const failed = i >= 1000 - failing;
    access.push(
      `10.9.8.7 - - [${accessStamp(at)}] "GET /items/${i} HTTP/1.1" ${failed ? 502 : 200} 157 "-" "lab"`,
    );
    if (!failed) continue;
    errors.push(
      `${errorStamp(at)} [error] 41#41: *${i} upstream prematurely closed connection while reading response header ` +
        `from upstream, client: 10.9.8.7, server: _, request: "GET /items/${i} HTTP/1.1", ` +
        `upstream: "http://unix:/run/app.sock:/items/${i}", host: "shop.example"`,
    );
  }
  writeFileSync(join(folder, 'access.log'), `${access.join('\n')}\n`);
  writeFileSync(join(folder, 'error.log'), `${errors.join('\n')}\n`);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/** NGINX's `$time_local`, here in UTC. */
function accessStamp(at: Date): string {
  const date = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${date}:${at.toISOString().slice(11, 19)} +0000`;
}

/** The error log has the machine's own zone and prints none. */
function errorStamp(at: Date): string {
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
