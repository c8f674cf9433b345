import { type AccessFields, accessRequest, SLOTS } from './access-request.ts';
import type { HostClock } from './host-state.ts';
import { type AccessLogReader, compileLogFormat, jsonFields } from './nginx-access-log.ts';
import { COMBINED_FORMAT } from './nginx-log-format.ts';
import type { AccessRequest } from './signal.ts';

// From the most telling to the plainest: the first of equally good ones is taken. `$tail` is words in any order.
const TEMPLATES = [
  `${COMBINED_FORMAT} $tail`,
  COMBINED_FORMAT,
  `$server_name ${COMBINED_FORMAT} $tail`,
  `$server_name ${COMBINED_FORMAT}`,
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $tail',
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent',
  '$remote_addr [$time_local] "$request" $status $tail',
  '$remote_addr [$time_iso8601] "$request" $status $tail',
  '$time_iso8601 $remote_addr "$request" $status $tail',
  '[$time_local] $remote_addr "$request" $status $tail',
] as const;

// Names that people give these values in JSON, compared without case and punctuation.
const JSON_NAMES: readonly (readonly [variable: string, names: readonly string[]])[] = [
  ['status', ['status', 'statuscode', 'httpstatus', 'responsestatus', 'responsecode', 'code']],
  ['request', ['request', 'requestline']],
  ['request_method', ['method', 'requestmethod', 'httpmethod', 'verb']],
  ['request_uri', ['requesturi', 'uri', 'path', 'url']],
  ['remote_addr', ['remoteaddr', 'clientip', 'client', 'remoteip', 'ip']],
  ['body_bytes_sent', ['bodybytessent', 'bytes', 'bytessent', 'size']],
  ['request_time', ['requesttime', 'rt', 'duration', 'responsetime']],
  ['upstream_status', ['upstreamstatus', 'us']],
  ['upstream_addr', ['upstreamaddr', 'upstream', 'ua']],
  ['upstream_response_time', ['upstreamresponsetime', 'upstreamtime', 'urt']],
  ['request_id', ['requestid', 'xrequestid', 'traceid', 'id']],
  ['msec', ['msec', 'epoch']],
  ['time_iso8601', ['timeiso8601', 'ts', 'time', 'timestamp', '@timestamp', 'datetime']],
  ['time_local', ['timelocal']],
];
const SAMPLES = 50;
const UTC: HostClock = { errorMs: 0, timeZone: 'UTC', assumed: true };

/**
 * A reader for an access log whose `log_format` is not known, or undefined if fewer than half of the sample
 * lines make sense under any common one. The configuration is the better source wherever it can be read.
 */
export function guessLogFormat(sampleLines: readonly string[]): AccessLogReader | undefined {
  const samples = sampleLines.filter(line => line !== '' && !line.startsWith('#')).slice(0, SAMPLES);
  if (samples.length === 0) return undefined;
  const readers = [...TEMPLATES.map(template => compileLogFormat(template)), jsonReader()];
  let best: AccessLogReader | undefined;
  let bestScore = 0;
  for (const reader of readers) {
    const score = samples.filter(line => makesSense(reader.read(line, { server: '', clock: UTC }))).length;
    if (score > bestScore) {
      best = reader;
      bestScore = score;
    }
  }
  return bestScore * 2 >= samples.length ? best : undefined;
}

/** An address with a space in it shows that the line has another field in front. */
function makesSense(request: AccessRequest | undefined): boolean {
  return request !== undefined && !request.client?.includes(' ');
}

function jsonReader(): AccessLogReader {
  const variableOf = new Map(
    JSON_NAMES.flatMap(([variable, names]) => names.map(name => [name, variable] as const)),
  );
  const keys = new Map<string, string>();
  const fields: AccessFields = new Array(SLOTS).fill(undefined);
  return {
    read(line, context) {
      if (keys.size === 0) learnKeys(line, variableOf, keys);
      return jsonFields(line, keys, fields) ? accessRequest(line, fields, false, context) : undefined;
    },
  };
}

function learnKeys(line: string, variableOf: ReadonlyMap<string, string>, keys: Map<string, string>): void {
  for (const [, key] of line.matchAll(/"([^"\\]{1,60})"\s{0,4}:/g)) {
    const variable = variableOf.get(key!.toLowerCase().replaceAll(/[-_. ]/g, ''));
    if (variable !== undefined && ![...keys.values()].includes(variable)) keys.set(key!, variable);
  }
}
