import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { GunicornSetting, GunicornSettings } from '../signals/host-state.ts';
import type { GunicornEvent, SourceLine } from '../signals/signal.ts';
import { workerCountOf, workersOf } from './host-measure.ts';
import type { RecyclingAdvice } from './recycling.ts';
import { passesOf } from './recycling-situation.ts';
import { type Remark, type ReviewSheet, remark } from './remark.ts';

/** NGINX's default proxy_read_timeout. */
const READ_TIMEOUT_MS = 60_000;
/** Requests wait for the new workers of a reload: more than this share of the time-out is felt. */
const BOOT_SHARE = 1 / 4;
/** Recycling more often than each half hour costs more than it saves. */
const LEAST_LIFE_MS = 30 * 60_000;
const QUIET_LEVELS = new Set(['warning', 'error', 'critical']);
/** Only the file of a reload counts; the clock of a file system and of the boot differ by less. */
const CLOCK_SLACK_MS = 2_000;

/** What Gunicorn was told, whether it is in force, and who gives up first: Gunicorn or NGINX. */
export function reviewGunicorn(
  host: HostFile,
  caseFile: CaseFile,
  about: { readonly bootSeconds?: number; readonly recycling: RecyclingAdvice },
  sheet: ReviewSheet,
): void {
  const wait = readTimeoutOf(caseFile);
  if (wait === undefined) {
    sheet.gap('timeouts', 'nginx-config');
    sheet.gap('boot-time', 'nginx-config');
  } else reviewWaits(host, wait, about.bootSeconds, sheet);
  const { gunicorn } = host;
  sheet.check('recycling-settings', [recycledOften(host)]);
  if (gunicorn?.maxRequests === undefined) sheet.gap('recycling-settings', 'gunicorn-settings');
  else reviewRecycling(gunicorn, gunicorn.maxRequests, about.recycling, sheet);
  reviewForce(host, sheet);
}

export interface Wait {
  readonly readTimeoutMs: number;
  readonly isDefault: boolean;
  readonly line: SourceLine | undefined;
}

/** The shortest time that any NGINX in front waits for an answer of this service. */
export function readTimeoutOf(caseFile: CaseFile): Wait | undefined {
  const passes = caseFile.hosts.flatMap(h => (h.nginx ? passesOf(h.nginx, caseFile.peers) : []));
  const waits = passes.map(pass => ({
    readTimeoutMs: pass.readTimeoutMs ?? READ_TIMEOUT_MS,
    isDefault: pass.readTimeoutMs === undefined,
    line: pass.line,
  }));
  return waits.reduce<Wait | undefined>(
    (least, wait) => (least === undefined || wait.readTimeoutMs < least.readTimeoutMs ? wait : least),
    undefined,
  );
}

function reviewWaits(
  { gunicorn }: HostFile,
  wait: Wait,
  bootSeconds: number | undefined,
  sheet: ReviewSheet,
): void {
  const timeout = gunicorn?.timeoutSeconds;
  if (typeof timeout?.value !== 'number') sheet.gap('timeouts', 'gunicorn-settings');
  else
    sheet.check('timeouts', [
      timeout.value === 0
        ? remark('timeout-off', 'medium', {}, [timeout.line])
        : remark(
            'who-gives-up-first',
            'note',
            {
              timeoutSeconds: timeout.value,
              readTimeoutMs: wait.readTimeoutMs,
              readTimeoutIsDefault: wait.isDefault,
              heartbeatOnly: gunicorn?.workerClass !== undefined && gunicorn.workerClass.value !== 'sync',
            },
            [timeout.line, wait.line],
          ),
    ]);
  if (bootSeconds === undefined) sheet.gap('boot-time', 'boot-time');
  else
    sheet.check('boot-time', [
      bootSeconds * 1000 > BOOT_SHARE * wait.readTimeoutMs &&
        remark('slow-boot', 'medium', { bootSeconds, readTimeoutMs: wait.readTimeoutMs }, [wait.line]),
    ]);
}

function reviewRecycling(
  gunicorn: GunicornSettings,
  setting: GunicornSetting<number>,
  recycling: RecyclingAdvice,
  sheet: ReviewSheet,
): void {
  const jitterSetting = gunicorn.maxRequestsJitter;
  const jitter = jitterSetting?.value;
  const lines = [setting.line, jitterSetting?.line];
  if (setting.value === 'computed') {
    sheet.gap('recycling-settings', 'gunicorn-settings');
    return;
  }
  const maxRequests = setting.value;
  if (maxRequests === 0) {
    sheet.check('recycling-settings', [
      typeof jitter === 'number' && jitter > 0
        ? remark('jitter-alone', 'medium', { jitter }, lines)
        : remark('no-recycling', 'note', { from: setting.from }, lines),
    ]);
    return;
  }
  const least = Math.ceil(Math.sqrt(maxRequests));
  const last = maxRequests + (typeof jitter === 'number' ? jitter : 0);
  const lastThatFits =
    recycling.kind === 'settings' ? recycling.maxRequests + recycling.maxRequestsJitter : undefined;
  sheet.check('recycling-settings', [
    jitter === 0 && remark('no-jitter', 'medium', { maxRequests }, lines),
    // Below this the ups and downs of traffic spread the workers more than the jitter does.
    typeof jitter === 'number' &&
      jitter > 0 &&
      jitter < least &&
      remark('small-jitter', 'medium', { maxRequests, jitter, least }, lines),
    lastThatFits !== undefined &&
      last > lastThatFits &&
      remark('recycles-too-late', 'high', { last, lastThatFits }, lines),
    typeof gunicorn.logLevel?.value === 'string' &&
      QUIET_LEVELS.has(gunicorn.logLevel.value) &&
      remark('recycling-not-logged', 'note', { level: gunicorn.logLevel.value }, [gunicorn.logLevel.line]),
  ]);
  if (jitter === undefined || jitter === 'computed') sheet.gap('recycling-settings', 'gunicorn-settings');
}

/** What the journal shows of recycling, whatever the settings are: whoever lives for minutes is never warm. */
function recycledOften(host: HostFile): Remark | undefined {
  const leaves = host.signals.filter(
    (s): s is GunicornEvent => s.kind === 'gunicorn' && s.event === 'worker-recycling',
  );
  const [first, last] = [leaves[0], leaves.at(-1)];
  const workers = workerCountOf(host)?.count;
  if (first === undefined || last === undefined || workers === undefined || leaves.length < 2 * workers)
    return undefined;
  const lifeMs = ((last.at.epochMs - first.at.epochMs) * workers) / (leaves.length - 1);
  return lifeMs < LEAST_LIFE_MS
    ? remark('recycled-often', 'medium', { leaves: leaves.length, lifeMs }, [first.line, last.line])
    : undefined;
}

/** Which layer must be edited for `max_requests`, and whether the running master has what the file says. */
function reviewForce(host: HostFile, sheet: ReviewSheet): void {
  const { gunicorn, unit } = host;
  const setting = gunicorn?.maxRequests;
  if (gunicorn === undefined || setting === undefined) {
    sheet.gap('settings-in-force', 'gunicorn-settings');
    return;
  }
  const layer = setting.from === 'default' || setting.from === 'log' ? 'unset' : setting.from;
  const { configFile, configChangedAtMs: changedAtMs } = gunicorn;
  const loadedAtMs = lastLoadMs(host);
  const hides = (layer === 'command-line' || layer === 'environment') && configFile !== undefined;
  sheet.check('settings-in-force', [
    remark(
      'edit-the-right-layer',
      hides ? 'medium' : 'note',
      {
        layer,
        computed: setting.value === 'computed',
        environmentFile: unit?.environmentFiles !== undefined,
        ...(configFile !== undefined && { configFile }),
      },
      [setting.line],
    ),
    changedAtMs !== undefined &&
      loadedAtMs !== undefined &&
      changedAtMs > loadedAtMs + CLOCK_SLACK_MS &&
      remark('settings-not-loaded', 'medium', { changedAtMs, loadedAtMs }, [
        unit?.lines.get('ExecMainStartTimestamp'),
      ]),
  ]);
}

/**
 * When the configuration was last read: at the start, or at a reload. A reload replaces every worker, so that a
 * worker older than the file proves that none came after it, even where the journal of that time was not read.
 */
function lastLoadMs(host: HostFile): number | undefined {
  const started = host.unit?.mainStartedMs;
  const oldestWorker = Math.min(...workersOf(host).map(w => w.startedAtMs ?? Number.POSITIVE_INFINITY));
  const reloads = host.signals
    .filter(
      (s): s is GunicornEvent => s.kind === 'gunicorn' && s.event === 'signal-handled' && s.detail === 'hup',
    )
    .map(s => s.at.epochMs);
  const proven = Math.max(started ?? 0, ...reloads);
  if (!Number.isFinite(oldestWorker)) return undefined;
  // Workers that are all younger than the last known load may have come from a reload that nobody logged.
  return Math.max(proven, oldestWorker);
}
