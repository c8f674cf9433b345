import type { Act, ActAnswer, Snapshot } from '../slack/page-protocol.ts';

const AGAIN_AFTER_MS = 2000;

/**
 * Listens to what a person sees until `close` is called; a lost stream is opened again. Without a person, the
 * practice Slack chooses one: `snapshot.me`.
 */
export function listen(
  user: string | undefined,
  told: {
    snapshot(snapshot: Snapshot): void;
    connected(isConnected: boolean): void;
    /** There is no such person, or no practice Slack. */
    refused(): void;
  },
): { close(): void } {
  let source: EventSource;
  let timer = 0;
  const open = () => {
    const query = user === undefined ? '' : `?as=${encodeURIComponent(user)}`;
    source = new EventSource(`/practice/events${query}`);
    source.onmessage = event => {
      told.connected(true);
      told.snapshot(JSON.parse(event.data) as Snapshot);
    };
    source.onerror = () => {
      told.connected(false);
      // The browser itself tries again after a cut, not after a refusal.
      if (source.readyState !== EventSource.CLOSED) return;
      timer = window.setTimeout(open, AGAIN_AFTER_MS);
      told.refused();
    };
  };
  open();
  return {
    close() {
      window.clearTimeout(timer);
      source.close();
    },
  };
}

/** `undelivered`: it never got there, so that it may be done again. */
export type SentAnswer = ActAnswer & { readonly undelivered?: true };

/** Does it as this person. Never throws: a practice Slack that does not answer is a refusal, too. */
export async function sendAct(as: string, act: Act): Promise<SentAnswer> {
  try {
    const response = await fetch('/practice/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ as, act }),
    });
    if (response.ok) return (await response.json()) as ActAnswer;
    return {
      ok: false,
      undelivered: true,
      problem: `The practice Slack refused this (${response.status}): ${await response.text()}`,
    };
  } catch {
    return {
      ok: false,
      undelivered: true,
      problem: 'The practice Slack does not answer. Is it still running in its terminal?',
    };
  }
}
