import pino, { type DestinationStream } from 'pino';
import type { Log } from '../workflows/ports.ts';
import { LoggedValues } from './logged-value.ts';
import type { LogLevel } from './settings.ts';

export interface ServiceLog extends Log {
  debug(fields: object, text: string): void;
}

/** Names that the log gives itself: fields of these names would make a line that parsers read differently. */
const OWN_NAMES = /^(?:level|time|msg)$/;

/**
 * JSON lines for the operator, on standard output unless told otherwise. Whatever is logged is searched for
 * secrets first, errors and nested data too.
 * @param secrets of this process, hidden wherever they turn up
 */
export function serviceLog(
  level: LogLevel,
  destination?: DestinationStream,
  secrets: readonly string[] = [],
): ServiceLog {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Errors are plain data already; pino would take them apart once more.
    serializers: { err: (error: unknown) => error },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = destination ? pino(options, destination) : pino(options);
  const values = new LoggedValues(secrets);
  const write = (at: 'debug' | 'info' | 'warn' | 'error') => (fields: object, text: string) => {
    if (!log.isLevelEnabled(at)) return;
    const plain = Object.entries(values.fields(fields)).map(([name, value]) => [
      OWN_NAMES.test(name) ? `${name}_` : name,
      value,
    ]);
    log[at](Object.fromEntries(plain), values.text(text));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
