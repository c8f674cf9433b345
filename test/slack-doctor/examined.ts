import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { doctorSlack } from '../../handlers/terminal/doctor-slack.ts';
import type { PracticeSlack } from '../../practice/slack/practice-slack.ts';
import { PRACTICE_SEED } from '../../practice/slack/seed.ts';
import type { WorkspaceSeed } from '../../practice/slack/workspace.ts';
import { type SlackDoctorWorld, slackDoctorContext } from '../../src/slack-doctor.ts';
import { startSlack } from '../practice/slack/practised-app.ts';

const fileOf = (path: string) => new URL(`../../${path}`, import.meta.url);
/** manifest.yml, to be changed. */
export const manifest = () => parse(readFileSync(fileOf('manifest.yml'), 'utf8'));
const FLEET = fileOf('practice/fleet/staunch.yml').pathname;

/** A practice Slack with Staunch installed in it. */
export const staunchSlack = (change: Partial<Parameters<typeof startSlack>[0] & object> = {}) =>
  startSlack({ manifest: manifest(), ...change });

/** A manifest with other scopes. */
export function withScopes(change: (scopes: string[]) => string[]) {
  const changed = manifest();
  changed.oauth_config.scopes.bot = change(changed.oauth_config.scopes.bot);
  return changed;
}

export const seedWith = (change: Partial<WorkspaceSeed>): WorkspaceSeed => ({ ...PRACTICE_SEED, ...change });

interface Examined {
  readonly exit: number;
  /** Lines of what is wrong, and of what is worth a note, without the ones about variables. */
  readonly wrong: readonly string[];
  readonly notes: readonly string[];
  readonly out: string;
  readonly said: string;
}

/** Runs the doctor against a practice Slack, as the command line would. */
export async function examined(
  slack: PracticeSlack,
  world: Partial<SlackDoctorWorld> = {},
  options: { workspace?: string } = {},
): Promise<Examined> {
  let out = '';
  let said = '';
  const context = await slackDoctorContext({
    cancel: new AbortController().signal,
    write: text => {
      out += text;
    },
    writeError: text => {
      said += text;
    },
    ...world,
    environment: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      STAUNCH_CONFIG: FLEET,
      ...world.environment,
    },
  });
  const exit = await doctorSlack(options, context);
  const lines = out.split('\n');
  const of = (mark: string) => lines.filter(line => line.startsWith(mark)).map(line => line.slice(7));
  const notes = of('note').filter(line => !/^SLACK_API_URL: /.test(line));
  return { exit, wrong: of('WRONG'), notes, out, said };
}
