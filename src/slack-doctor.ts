import { fileURLToPath } from 'node:url';
import { packedSamples } from '../handlers/slack/blocks/packed-samples.ts';
import { allSamples, type SampleIncident } from '../handlers/slack/blocks/samples.ts';
import { SlackProbe } from '../handlers/slack/slack-probe.ts';
import type { SlackDoctorContext, SlackEnvironment } from '../handlers/terminal/doctor-slack.ts';
import { readBundle } from './adapters/bundle-source.ts';
import { listenCheck } from './adapters/listen-check.ts';
import { manifestJson } from './adapters/manifest-file.ts';
import { useProxy } from './adapters/proxy.ts';
import { openRegistryStore } from './adapters/registry-store.ts';
import { readSettings, type Settings } from './adapters/settings.ts';
import { slackVariables } from './adapters/slack-variables.ts';
import { systemTimer } from './adapters/system-timer.ts';
import { diagnose } from './diagnosis/diagnosis.ts';
import { documentOf } from './report/diagnosis-writer.ts';
import { caseOfBundle } from './workflows/bundle-diagnosis.ts';
import type { Clock, Timer } from './workflows/ports.ts';

export interface SlackDoctorWorld {
  readonly environment: NodeJS.ProcessEnv;
  /** What `--config` says; it goes before STAUNCH_CONFIG. */
  readonly config?: string;
  readonly cancel: AbortSignal;
  write(text: string): void;
  writeError(text: string): void;
  /** This machine's own where not given. */
  readonly clock?: Clock;
  readonly timer?: Timer;
}

const OWN_API = 'https://slack.com/api/';
const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Recorded incidents of every verdict; without the journals nobody can say why. */
const INCIDENTS: readonly { readonly folder: string; readonly without?: RegExp }[] = [
  { folder: 'oom-continue-bookworm-vm' },
  { folder: 'client-abort-bookworm-ns' },
  { folder: 'oom-gthread-bookworm-ns', without: /^journal-/ },
  { folder: 'deploy-reload-bookworm-ns' },
];

/** The world of `staunch doctor --slack`. */
export async function slackDoctorContext(world: SlackDoctorWorld): Promise<SlackDoctorContext> {
  const { config } = world;
  const environment = { ...world.environment, ...(config !== undefined && { STAUNCH_CONFIG: config }) };
  const reading = readSettings(environment);
  const variables = slackVariables(environment);
  const base = {
    write: world.write,
    cancel: world.cancel,
    registry: openRegistryStore(environment.STAUNCH_CONFIG || 'staunch.yml', {
      schemaFile: fileOf('staunch.schema.json'),
    }),
    declaredScopes: await declaredScopes(),
    samples: async () => {
      const incidents = await sampleIncidents();
      return incidents && packedSamples(allSamples(incidents));
    },
  };
  if (!reading.ok)
    return {
      ...base,
      environment: reading.tokens
        ? { state: 'wrong', variables, problems: reading.problems }
        : { state: 'empty' },
    };
  const { slack } = reading.settings;
  let proxy: ReturnType<typeof useProxy>;
  try {
    proxy = useProxy(environment);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...base, environment: { state: 'wrong', variables, problems: [problem] } };
  }
  const { receiver } = slack;
  return {
    ...base,
    environment: usable(reading, variables, proxy && shownProxy(environment, proxy.variable)),
    probe: new SlackProbe({
      botToken: slack.botToken,
      ...(receiver.kind === 'socket' && { appToken: receiver.appToken }),
      apiUrl: slack.apiUrl,
      send: (url, init) => fetch(url, init),
      ...(proxy && { dispatcher: proxy.dispatcher }),
      clock: world.clock ?? { nowMs: Date.now },
      timer: world.timer ?? systemTimer,
      cancel: world.cancel,
      waits: seconds => world.writeError(`Slack asks to wait ${seconds} s …\n`),
    }),
    ...(receiver.kind === 'http' && {
      listening: () => listenCheck(receiver.address, receiver.path),
    }),
  };
}

/** Diagnoses of recorded incidents; undefined where the recordings were not installed. */
export async function sampleIncidents(): Promise<readonly SampleIncident[] | undefined> {
  const incidents: SampleIncident[] = [];
  for (const { folder, without } of INCIDENTS) {
    const bundle = await readBundle(fileOf(`practice/recordings/${folder}`));
    if (!bundle.ok) return undefined;
    const folders = bundle.folders.map(each => ({
      ...each,
      recordings: each.recordings.filter(({ name }) => !without?.test(name)),
    }));
    const read = await caseOfBundle({ folders, service: 'checkout' }, async () => {});
    if (!read.ok) return undefined;
    const document = documentOf(diagnose(read.caseFile));
    incidents.push({ name: document.verdict, document });
  }
  return incidents;
}

function usable(
  { settings, warnings }: { readonly settings: Settings; readonly warnings: readonly string[] },
  variables: ReturnType<typeof slackVariables>,
  proxy: string | undefined,
): SlackEnvironment {
  const { receiver, apiUrl } = settings.slack;
  return {
    state: 'usable',
    variables,
    warnings,
    mode: receiver.kind,
    ...(proxy !== undefined && { proxy }),
    ...(apiUrl !== OWN_API && { foreignApi: apiUrl }),
  };
}

/** The variable and where it leads, without the password that may stand in it. */
function shownProxy(environment: NodeJS.ProcessEnv, variable: string): string {
  const given = environment[variable] ?? '';
  const { host } = new URL(given.includes('://') ? given : `http://${given}`);
  return `${variable} leads to ${host}`;
}

async function declaredScopes(): Promise<readonly string[]> {
  interface Declared {
    readonly oauth_config?: { readonly scopes?: { readonly bot?: readonly string[] } };
  }
  const manifest = JSON.parse(await manifestJson()) as Declared;
  return manifest.oauth_config?.scopes?.bot ?? [];
}
