import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';

/** Debian's place for the server's programs, the newest version first. */
const [BINARIES] = globSync('/usr/lib/postgresql/*/bin').sort().reverse();

/** A PostgreSQL server of its own in a new folder, on a socket in there; it never runs as root. */
export class PostgresServer {
  readonly folder: string;
  #process: ChildProcess;
  #ended: Promise<unknown>;
  #said = '';

  private constructor(folder: string) {
    this.folder = folder;
    [this.#process, this.#ended] = this.#begun();
  }

  #begun(): [ChildProcess, Promise<unknown>] {
    const { folder } = this;
    const options = [
      ...['-c', `unix_socket_directories=${folder}`, '-c', 'listen_addresses='],
      // What is tested is whether our processes may die at any time, not this server.
      ...['-c', 'fsync=off', '-c', 'max_connections=120', '-c', 'log_min_messages=fatal'],
    ];
    const [program, ...rest] = asNobody([`${BINARIES}/postgres`, '-D', join(folder, 'data'), ...options]);
    const begun = spawn(program!, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    begun.stderr.on('data', chunk => {
      this.#said += chunk;
    });
    return [begun, once(begun, 'exit')];
  }

  /** Ends at once, as in a crash; what was committed is recovered by the next start. */
  async crash(): Promise<void> {
    this.#process.kill('SIGQUIT');
    await this.#ended;
  }

  async startAgain(): Promise<void> {
    [this.#process, this.#ended] = this.#begun();
    await this.#answering();
  }

  static async start(): Promise<PostgresServer> {
    if (!BINARIES) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
    const folder = mkdtempSync(join(tmpdir(), 'staunch-pg-'));
    const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
    if (process.getuid?.() === 0) chownSync(folder, nobody, -1);
    const [program, ...rest] = asNobody([
      `${BINARIES}/initdb`,
      ...['-D', join(folder, 'data'), '-U', 'staunch', '-A', 'trust', '-E', 'UTF8'],
      // A locale that sorts unlike bytes shows where an order was taken for granted.
      ...['--locale-provider=icu', '--icu-locale=en', '--locale=C.UTF-8', '--no-sync'],
    ]);
    execFileSync(program!, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new PostgresServer(folder);
    await server.#answering();
    return server;
  }

  /** The address of an empty schema of its own. */
  async address(): Promise<string> {
    const schema = `s${randomBytes(6).toString('hex')}`;
    await this.run(`create schema ${schema}`);
    return `${this.#base}&options=-csearch_path%3D${schema}`;
  }

  /** The address of an empty database of its own. */
  async database(): Promise<string> {
    const name = `d${randomBytes(6).toString('hex')}`;
    await this.run(`create database ${name}`);
    return this.#base.replace('/postgres?', `/${name}?`);
  }

  /** Makes a state as empty as it was when it was new. */
  async empty(address: string): Promise<void> {
    const tables = await this.run(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and table_name not like 'kysely%' and table_name <> 'counter'`,
      address,
    );
    // Faster than truncate, which makes new files for every table.
    const deletions = tables.map(({ name }) => `delete from ${name};`).join(' ');
    const unchecked = 'set session_replication_role = replica;';
    await this.run(`${unchecked} ${deletions} update counter set value = 0`, address);
  }

  /** SQL past all that guards the state. */
  async run(sql: string, address = this.#base): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: address });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGINT');
    await this.#ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #base(): string {
    return `postgres://staunch@/postgres?host=${encodeURIComponent(this.folder)}`;
  }

  async #answering(): Promise<void> {
    for (;;) {
      if (this.#process.exitCode !== null) throw new Error(`PostgreSQL ended: ${this.#said}`);
      try {
        await this.run('select 1');
        return;
      } catch {
        await setTimeout(20);
      }
    }
  }
}

function asNobody(command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return command;
  return ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', ...command];
}
