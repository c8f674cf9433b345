import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CALLBACK } from '../handlers/slack/action-ids.ts';
import { readDeclaration } from '../practice/slack/declaration.ts';
import { readRegistry } from '../src/inventory/registry-reading.ts';
import { startSlack, stopAfterwards } from './practice/slack/practised-app.ts';

const ROOT = resolve(import.meta.dirname, '..');
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = parse(textOf('manifest.yml'));
const hooks = JSON.parse(textOf('.slack/hooks.json'));

/** The Slack CLI splits a hook at white space and runs it in the project's folder, without a shell. */
function runHook(
  command: string,
  more: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const [program = '', ...args] = command.split(/\s+/);
  const child = spawn(program, [...args, ...more], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: process.env.HOME,
      ...environment,
    },
  });
  stopAfterwards(async () => void child.kill('SIGKILL'));
  return child;
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', chunk => {
    out += String(chunk);
  });
  child.stderr?.on('data', chunk => {
    err += String(chunk);
  });
  const code = await new Promise<number | null>(done => child.on('close', done));
  return { code, out, err };
}

// Limits of names and texts: docs.slack.dev/reference/app-manifest.
describe('manifest.yml', () => {
  it('is one that the practice Slack installs', () => {
    expect(readDeclaration(manifest)).toMatchObject({ ok: true });
  });

  it.each<[what: string, text: string, form: RegExp]>([
    ['name', manifest.display_information.name, /^.{1,35}$/],
    ['description', manifest.display_information.description, /^.{1,140}$/],
    ['long description', manifest.display_information.long_description, /^[\s\S]{174,4000}$/],
    ['colour', manifest.display_information.background_color, /^#[0-9a-f]{6}$/],
    ['name of the bot', manifest.features.bot_user.display_name, /^[a-z0-9._-]{1,80}$/],
    ['command', manifest.features.slash_commands[0].command, /^\/[a-z0-9_-]{1,31}$/],
    ['description of the command', manifest.features.slash_commands[0].description, /^.{1,2000}$/],
    ['usage hint', manifest.features.slash_commands[0].usage_hint, /^.{1,1000}$/],
    ...manifest.features.shortcuts.flatMap(
      (shortcut: { name: string; callback_id: string; description: string }) => [
        ['name of a shortcut', shortcut.name, /^.{1,24}$/],
        ['id of a shortcut', shortcut.callback_id, /^.{1,255}$/],
        ['description of a shortcut', shortcut.description, /^.{1,150}$/],
      ],
    ),
  ])('keeps Slack’s limits: %s', (_, text, form) => {
    expect(text).toMatch(form);
  });

  it('declares what the app listens to, and nothing else', () => {
    const app = textOf('handlers/slack/slack-app.ts');
    const listened = (kind: string) =>
      [...app.matchAll(new RegExp(`app\\.${kind}\\('([^']+)'`, 'g'))].map(match => match[1]).sort();
    const commands = manifest.features.slash_commands.map(({ command }: { command: string }) => command);
    expect(listened('command')).toEqual(commands.sort());
    expect(listened('event')).toEqual([...manifest.settings.event_subscriptions.bot_events].sort());
    const shortcuts = manifest.features.shortcuts.map((each: { callback_id: string }) => each.callback_id);
    expect(shortcuts.sort()).toEqual(
      [CALLBACK.addToTimeline, CALLBACK.diagnoseMessage, CALLBACK.startDiagnosis].sort(),
    );
  });

  it('asks for no scope that docs/slack.md does not explain, and the other way round', () => {
    const rows = [...textOf('docs/slack.md').matchAll(/^\| `([a-z_]+(?::[a-z.]+)?)` \|.*\|.*\|.*\|$/gm)];
    const scopes: string[] = manifest.oauth_config.scopes.bot;
    expect(rows.map(row => row[1]).sort()).toEqual([...scopes].sort());
    expect(scopes.length).toBeLessThanOrEqual(9);
    expect(manifest.oauth_config.scopes.user).toBeUndefined();
  });
});

describe('docs/slack.md', () => {
  const docs = textOf('docs/slack.md');

  it('quotes every refusal as it is said', () => {
    const quoted = [...docs.matchAll(/^\| "([^"]+)" \| /gm)].map(match => match[1] ?? '');
    const said = textOf('src/policy/refusal-words.ts');
    const refusals = quoted.filter(begin => said.includes(begin));
    expect(refusals).toHaveLength(12);
    const others = [
      '/diagnose-502 failed because the app did not respond',
      'I am not in this channel',
      'Practice mode and real tokens exclude each other',
    ];
    expect(quoted.filter(begin => !refusals.includes(begin))).toEqual(others);
    expect(textOf('handlers/slack/blocks/notices.ts')).toContain(others[1]);
    expect(textOf('handlers/terminal/start.ts')).toContain(others[2]);
  });

  it('shows a staunch.yml that can be read', () => {
    const examples = [...docs.matchAll(/^ *```yaml\n([\s\S]*?)^ *```/gm)].map(match => match[1] ?? '');
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      const indent = /^ */.exec(example)?.[0] ?? '';
      const servers = 'servers:\n  web-1: { host: 10.0.0.5, user: staunch }\n';
      const base = { folder: '/etc/staunch', home: '/home/ana' };
      expect(
        readRegistry(`${servers}${example.replaceAll(`\n${indent}`, '\n').trimStart()}`, 'staunch.yml', base),
      ).toMatchObject({
        ok: true,
      });
    }
  });

  it('names only variables that are read', () => {
    const sources = ['settings', 'kept-diagnosis', 'proxy', 'slack-variables'].map(name =>
      textOf(`src/adapters/${name}.ts`),
    );
    const named = new Set(docs.match(/\b(?:SLACK|STAUNCH|HTTPS)_[A-Z_]+\b/g));
    expect(named.size).toBeGreaterThan(10);
    const unknown = [...named].filter(name => !sources.join('\n').includes(name.replace(/_FILE$/, '')));
    expect(unknown).toEqual([]);
  });
});

// The shape that the CLI reads: github.com/slackapi/slack-cli, docs/reference/hooks.md.
describe('.slack/hooks.json', () => {
  it('holds what the Slack CLI knows: hooks as one command each, a socket of our own, the manifest watched', () => {
    expect(hooks).toEqual({
      hooks: { 'get-manifest': expect.any(String), start: expect.any(String) },
      config: {
        'sdk-managed-connection-enabled': true,
        watch: { manifest: { paths: ['manifest.yml'] } },
      },
    });
    // No shell: quotes, pipes and variables would be taken as they are.
    for (const command of Object.values<string>(hooks.hooks)) expect(command).toMatch(/^[\w./ -]+$/);
  });

  it('prints the manifest as JSON, whatever the CLI adds to the command', async () => {
    const child = runHook(hooks.hooks['get-manifest'], [`--source=${ROOT}`]);
    const { code, out, err } = await endOf(child);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(manifest);
    expect(out.trim().split('\n')).toHaveLength(1);
  });

  it('starts Staunch with the tokens that the CLI hands over, and ends it by the CLI’s signal', async () => {
    const slack = await startSlack({ manifest });
    const state = await mkdtemp(join(tmpdir(), 'staunch-hook-'));
    stopAfterwards(() => rm(state, { recursive: true, force: true }));
    const child = runHook(hooks.hooks.start, [], {
      SLACK_CLI_XOXB: slack.botToken,
      SLACK_CLI_XAPP: slack.appToken,
      // What a .env of this folder says must not matter.
      SLACK_BOT_TOKEN: '',
      SLACK_APP_TOKEN: '',
      SLACK_API_URL: slack.apiUrl,
      STAUNCH_CONFIG: join(ROOT, 'practice/fleet/staunch.yml'),
      STAUNCH_STATE_DIR: state,
      STAUNCH_STATUS_PORT: 'off',
    });
    const ended = endOf(child);
    await slack.until(() => slack.openSockets === 2 || undefined, 20_000);
    child.kill('SIGINT');
    const { out, err } = await ended;
    expect(out + err).toContain('Staunch is connected to Acme as @staunch');
    expect(slack.openSockets).toBe(0);
  });
});
