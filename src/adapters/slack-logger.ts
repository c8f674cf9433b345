import type { Logger } from '@slack/bolt';
import type { ServiceLog } from './service-log.ts';

/** Bolt's and the SDK's own words, in our log and behind our masking of tokens. */
export function slackLogger(log: ServiceLog, hungUp: () => boolean): Logger {
  const write =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (...words: unknown[]) =>
      // A socket that breaks while it closes is no trouble.
      log[hungUp() ? 'debug' : at]({ from: 'slack', said: words }, 'slack sdk');
  return {
    // Here the SDK writes down all that Slack delivers, and what people say to each other is nothing for a log.
    debug: (...words: unknown[]) => write('debug')(...words.map(withoutContent)),
    // Every connection and reconnection: worth nothing to an operator.
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
    setLevel() {},
    getLevel: () => 'info' as ReturnType<Logger['getLevel']>,
    setName() {},
  };
}

const LONGEST = 120;

/** What the SDK does, without what is delivered. */
function withoutContent(word: unknown): string {
  return typeof word === 'string' ? (word.split(/[{[]/)[0] ?? '').slice(0, LONGEST) : `(${typeof word})`;
}
