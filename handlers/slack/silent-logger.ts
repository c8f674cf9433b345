import type { Logger } from '@slack/bolt';

const nothing = () => undefined;

/** For where the SDK's own words have no place, such as a terminal: what went wrong is in its errors. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as ReturnType<Logger['getLevel']>,
  setName: nothing,
};
