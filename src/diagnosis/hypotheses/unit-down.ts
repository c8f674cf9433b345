import { type Analysis, attributedTo, speaks } from '../analysis.ts';
import type { CauseId } from '../cause.ts';
import { clockTime, count, effectReason, type Hypothesis, pidsOf, reason } from '../hypothesis.ts';
import type { Outage } from '../outages.ts';

const WORDS: Partial<Record<CauseId, (n: string) => string>> = {
  'service-stopped': n => `The unit was stopped ${n} and nothing in the same order started it again`,
  'deploy-restart': n => `The unit was restarted ${n}: stop and start belong together`,
  'master-killed': n => `Gunicorn's main process died by a signal ${n}`,
  'app-boot-failure': n => `The app failed to start ${n}`,
};

function weighOutages(id: CauseId): Hypothesis {
  return {
    id,
    weigh(analysis) {
      const harmless = new Set(harmlessOutages(analysis));
      const outages = analysis.outages.filter(o => o.cause === id && !harmless.has(o));
      const booted =
        id === 'app-boot-failure' ? analysis.deaths.filter(d => d.cause === 'app-boot-failure') : [];
      if (outages.length === 0 && booted.length === 0) return undefined;
      const says = WORDS[id]?.(
        outages.length > 1
          ? count(outages.length, 'time')
          : `at ${clockTime(outages[0]?.fromMs ?? booted[0]?.at.epochMs ?? 0)}`,
      );
      const attributed = attributedTo(analysis, id);
      return {
        reasons: [
          reason(outages.length > 0 ? 38 : 26, `${says}${downFor(outages)}.`, [
            ...outages.slice(0, 2).flatMap(o => o.lines.slice(0, 4)),
            ...booted.slice(0, 2).flatMap(d => d.lines.slice(0, 1)),
          ]),
          ...(booted.length > 0
            ? [
                reason(
                  4,
                  `${count(booted.length, 'worker')} raised an exception while booting (${pidsOf(booted)}).`,
                  booted.slice(0, 1).flatMap(d => d.lines.slice(0, 2)),
                ),
              ]
            : []),
          ...effectReason(analysis, id),
        ],
        proven: true,
        attributed: attributed.length,
      };
    },
  };
}

function downFor(outages: readonly Outage[]): string {
  const [first] = outages;
  if (!first) return '';
  if (first.toMs === undefined) return ', and nobody listened again to the end of the evidence';
  const seconds = outages.reduce((sum, o) => sum + ((o.toMs ?? o.fromMs) - o.fromMs) / 1000, 0);
  return `; nobody listened for ${Math.max(1, Math.round(seconds))} s`;
}

/** A stop without a start in the same job. */
export const serviceStopped = weighOutages('service-stopped');
/** A restart, or a stop and a start within seconds. Reloads (HUP) are no restart. */
export const deployRestart = weighOutages('deploy-restart');
/** The main process died by a signal; its workers follow. */
export const masterKilled = weighOutages('master-killed');
/** Exit 3 or 4, import errors, bad configuration, start limit. */
export const appBootFailure = weighOutages('app-boot-failure');

/** Orderly stops and restarts that are over and cost nobody a request, where NGINX's logs say so. */
export function harmlessOutages(analysis: Analysis): readonly Outage[] {
  const front = analysis.caseFile.hosts.filter(h => h.runsNginx);
  if (!speaks('nginx-access-log', front)) return [];
  const hurt = new Set(analysis.attributions.map(a => a.outage));
  return analysis.outages.filter(
    o =>
      (o.cause === 'deploy-restart' || o.cause === 'service-stopped') && o.toMs !== undefined && !hurt.has(o),
  );
}
