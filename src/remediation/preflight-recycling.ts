import { type PreflightMaterial, type Tick, tick } from './preflight-tick.ts';

/** Longer boots than this share of the time that NGINX waits are felt by users. */
const BOOT_SHARE = 1 / 4;

/** What workers that leave, at once or by and by, do to the requests. */
export function recyclingTicks(material: PreflightMaterial): readonly Tick[] {
  const { remedy, activation } = material.plan;
  const replacesWorkers = activation.kind === 'reload' || activation.kind === 'recycle-worker';
  return [
    ...(remedy === 'recycling' || replacesWorkers ? [lostRequests(material)] : []),
    ...(remedy === 'recycling' ? [...jitter(material)] : []),
    ...oneWorker(material),
    ...(activation.kind === 'reload' || activation.kind === 'restart' ? bootTime(material) : []),
    ...(activation.kind === 'reload' ? preload(material) : []),
  ];
}

/** Every recycle would lose requests for good: that is refused. A reload loses them once: that is said. */
function lostRequests({ plan, advice }: PreflightMaterial): Tick {
  const safety = advice?.safety ?? {
    verdict: 'unknown' as const,
    reasons: ['Worker class, version and NGINX were not read.'],
  };
  const why = safety.reasons.join(' ');
  switch (safety.verdict) {
    case 'safe':
      return tick('lost-requests', 'ok', why);
    case 'unknown':
      return tick(
        'lost-requests',
        'warn',
        `Whether requests are lost when a worker leaves is not known. ${why}`,
      );
    case 'loses-requests':
      return plan.remedy === 'recycling'
        ? tick('lost-requests', 'block', `Recycling would itself cause 502s here. ${why}`)
        : tick('lost-requests', 'warn', `The workers that are replaced now may drop requests. ${why}`);
  }
}

function jitter({ plan }: PreflightMaterial): readonly Tick[] {
  const { maxRequests, maxRequestsJitter } = plan.settings;
  const { workers } = plan.verification;
  if (typeof maxRequests !== 'number' || typeof maxRequestsJitter !== 'number') return [];
  if (maxRequestsJitter === 0)
    return [
      workers > 1
        ? tick(
            'jitter',
            'block',
            `Without jitter all ${workers} workers grow together and leave together: in a trial that itself caused an OOM kill. Choose a jitter above 0.`,
          )
        : tick('jitter', 'ok', 'One worker needs no jitter.'),
    ];
  const least = Math.ceil(Math.sqrt(maxRequests));
  return [
    maxRequestsJitter < least
      ? tick(
          'jitter',
          'warn',
          `A jitter of ${maxRequestsJitter} spreads workers less than the ups and downs of traffic do; ${least} or more has an effect.`,
        )
      : tick(
          'jitter',
          'ok',
          `A jitter of ${maxRequestsJitter} requests keeps workers from leaving together.`,
        ),
  ];
}

function oneWorker({ plan }: PreflightMaterial): readonly Tick[] {
  const { workers } = plan.verification;
  if (workers > 1) return [];
  const nobody = 'There is one worker: while it is replaced nobody answers.';
  switch (plan.remedy) {
    case 'recycling':
      return [tick('one-worker', 'block', `${nobody} Run at least two first.`)];
    case 'recycle-worker':
      return [tick('one-worker', 'warn', `${nobody} Requests wait until the new one has started.`)];
    case 'worker-count':
      return [
        tick('one-worker', 'warn', 'One worker serves one request at a time, and nobody while it restarts.'),
      ];
    default:
      return [];
  }
}

function bootTime({
  plan,
  advice,
  readTimeoutMs,
  preload: isPreloaded,
  unit,
}: PreflightMaterial): readonly Tick[] {
  // A restart without a socket unit refuses requests instead of letting them wait.
  if (plan.activation.kind === 'restart' && !unit.socketActivated) return [];
  if (plan.activation.kind === 'reload' && isPreloaded === true)
    return [
      tick('boot-time', 'ok', 'preload_app is on: new workers need no import, so requests hardly wait.'),
    ];
  const bootSeconds = advice?.measure.bootSeconds;
  if (bootSeconds === undefined || readTimeoutMs === undefined)
    return [
      tick(
        'boot-time',
        'warn',
        `Requests wait while the new workers import the app, and ${bootSeconds === undefined ? 'how long that takes was not measured' : 'how long NGINX waits was not read'}.`,
      ),
    ];
  const waits = `The app takes ${Math.round(bootSeconds)} s to start and NGINX waits ${Math.round(readTimeoutMs / 1000)} s`;
  if (bootSeconds * 1000 >= readTimeoutMs)
    return [
      tick('boot-time', 'block', `${waits}: requests would end in 504s. Raise proxy_read_timeout first.`),
    ];
  return [
    bootSeconds * 1000 > BOOT_SHARE * readTimeoutMs
      ? tick('boot-time', 'warn', `${waits}: users will notice. Choose a quiet minute.`)
      : tick('boot-time', 'ok', `${waits}.`),
  ];
}

function preload({ preload: isPreloaded }: PreflightMaterial): readonly Tick[] {
  return isPreloaded === true
    ? [
        tick(
          'preload',
          'warn',
          'preload_app is on: the reload gives workers the new settings, but the app stays as it was loaded at the last start.',
        ),
      ]
    : [];
}
