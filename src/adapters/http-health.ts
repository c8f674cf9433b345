import type { ChangeObserver } from '../workflows/change-ports.ts';

const PATIENCE_MS = 5_000;

/** Asks an address whether the service answers: anything below 400 is well. Redirects are answers, not followed. */
export const httpHealth: ChangeObserver['health'] = async url => {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { 'user-agent': 'staunch' },
    });
    await answer.body?.cancel();
    if (answer.status < 400) return { ok: true };
    return { ok: false, detail: `${url} answers with ${answer.status}` };
  } catch (error) {
    const why =
      error instanceof Error
        ? error.cause instanceof Error
          ? error.cause.message
          : error.message
        : String(error);
    return { ok: false, detail: `${url} does not answer: ${why}` };
  }
};
