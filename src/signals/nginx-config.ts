import { known, lineMaker } from './answer-lines.ts';
import type { LogTarget, NginxConfig } from './host-state.ts';
import { type NginxDirective, type NginxFile, parseNginxFiles } from './nginx-config-syntax.ts';
import { NginxFiles } from './nginx-includes.ts';
import type { SourceLine } from './signal.ts';

/** Built-in format of access logs that name none (ngx_http_log_module.c). */
const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
/** What Debian's, Ubuntu's, RHEL's and nginx.org's packages are built with; `nginx -T` does not print it. */
const DEFAULT_ERROR_LOG = '/var/log/nginx/error.log';
const DEFAULT_ACCESS_LOG = '/var/log/nginx/access.log';
/** The level of directives outside of every block. */
const MAIN = 'main';
const PASS = /^(proxy|uwsgi|fastcgi|grpc|scgi)_pass$/;
const PASS_SETTING =
  /^(?:proxy|uwsgi|fastcgi|grpc|scgi)_(?:(?:read|connect)_timeout|http_version|next_upstream)$/;
/** Blocks with an inheritance of their own inside http; anything else holds no log and no pass. */
const LEVEL_BLOCKS = new Set(['server', 'location', 'if', 'limit_except']);

type ProxyPass = NginxConfig['proxyPasses'][number];

/** What marks a file as a part of http: none of these may stand outside of it. */
const HTTP_PARTS = ['server', 'upstream', 'location', 'map', 'log_format', 'access_log'];
/** Levels nested deeper come from files that include themselves. */
const MAX_LEVELS = 32;

/** What a level takes over from the levels around it. */
interface Inherited {
  readonly settings: ReadonlyMap<string, string>;
  readonly hasAccessLog: boolean;
  readonly levels: number;
}

const NOTHING: Inherited = { settings: new Map(), hasAccessLog: false, levels: 0 };

/**
 * Reads `nginx -T` (or one configuration file). `include`s are followed among the files in the text; files
 * that nothing includes any more (their parent was not readable) count as parts of http. Where no error_log
 * is named outside of http, NGINX's built-in one is listed with level `main`; the same holds for an
 * access log that a proxied request falls back to. Their `line` is the first line of the text.
 * Top-level proxy settings: the shortest time-outs and the first other values among the proxy passes.
 * Undefined when the text holds no directive.
 */
export function readNginxConfig(text: string, server: string): NginxConfig | undefined {
  const files = parseNginxFiles(text);
  if (files.every(file => file.directives.length === 0)) return undefined;
  const reading = new Reading(files, lineMaker(server, 'nginx-config'));
  reading.readAll();
  const firstLine = /^[^\r\n]*\S[^\r\n]*$/m.exec(text.slice(0, 65_536))?.[0] ?? '';
  return reading.config({ server, source: 'nginx-config', text: firstLine });
}

/**
 * The logs that a request answered at `level` (of a proxy pass, or any other) is written to. A level that
 * names a log replaces those of the levels around it; `access_log off` silences its level, then the target
 * is `off`.
 */
export function logsInForce(
  config: NginxConfig,
  level: string,
): { readonly access: readonly LogTarget[]; readonly error: readonly LogTarget[] } {
  const access = nearest(config.accessLogs, level);
  const off = access.filter(log => log.target === 'off');
  return { access: off.length > 0 ? off : access, error: nearest(config.errorLogs, level) };
}

function nearest(logs: readonly LogTarget[], level: string): readonly LogTarget[] {
  const around = logs.filter(log => encloses(log.level, level));
  const deepest = around.reduce((depth, log) => Math.max(depth, depthOf(log.level)), 0);
  return around.filter(log => depthOf(log.level) === deepest);
}

/** Levels around one level are prefixes of each other: the longer the name, the deeper. */
function depthOf(level: string): number {
  return level === MAIN ? 0 : level.length;
}

function encloses(outer: string, inner: string): boolean {
  if (outer === MAIN || outer === inner) return true;
  // A location's name holds slashes of its own: what follows the outer name must begin a level.
  return (
    inner.startsWith(`${outer}/`) &&
    /^(?:server#|location |if#|limit_except )/.test(inner.slice(outer.length + 1))
  );
}

class Reading {
  readonly #files: NginxFiles;
  readonly #line: (text: string) => SourceLine;
  readonly #formats = new Map<string, { template: string; escape: 'default' | 'json' | 'none' }>([
    ['combined', { template: COMBINED, escape: 'default' }],
  ]);
  readonly #accessLogs: LogTarget[] = [];
  readonly #errorLogs: LogTarget[] = [];
  readonly #upstreams = new Map<
    string,
    { servers: readonly string[]; keepalive?: number; line: SourceLine }
  >();
  readonly #passes: { pass: ProxyPass; protocol: string }[] = [];
  #needsDefaultAccessLog = false;
  #servers = 0;
  #conditions = 0;

  constructor(files: readonly NginxFile[], line: (text: string) => SourceLine) {
    this.#files = new NginxFiles(files);
    this.#line = line;
  }

  readAll(): void {
    const names = (file: NginxFile) => new Set(file.directives.map(directive => directive.name));
    for (const [index, file] of this.#files.all.entries()) {
      if (this.#files.wasReached(file)) continue;
      const own = names(file);
      const isPart = HTTP_PARTS.some(name => own.has(name));
      const directives = this.#files.expandFile(file);
      if (own.has('http') || (index === 0 && !isPart)) this.#readMain(directives);
      else this.#readLevel(directives, 'http', NOTHING);
    }
  }

  config(firstLine: SourceLine): NginxConfig {
    const implied = (target: string, style: string): LogTarget => ({
      target,
      style,
      buffered: false,
      level: MAIN,
      line: firstLine,
    });
    if (!this.#errorLogs.some(log => log.level === MAIN)) {
      this.#errorLogs.push(implied(DEFAULT_ERROR_LOG, 'error'));
    }
    if (this.#needsDefaultAccessLog) {
      this.#accessLogs.push(implied(DEFAULT_ACCESS_LOG, 'combined'));
    }
    const passes = this.#passes.filter(({ protocol }) => protocol === 'proxy').map(({ pass }) => pass);
    const shortest = (times: readonly (number | undefined)[]) => {
      const set = times.filter(time => time !== undefined);
      return set.length === 0 ? undefined : Math.min(...set);
    };
    return known({
      formats: this.#formats,
      accessLogs: this.#accessLogs,
      errorLogs: this.#errorLogs,
      upstreams: this.#upstreams,
      proxyPasses: this.#passes.map(({ pass }) => pass),
      proxyReadTimeoutMs: shortest(passes.map(pass => pass.readTimeoutMs)),
      proxyConnectTimeoutMs: shortest(passes.map(pass => pass.connectTimeoutMs)),
      proxyHttpVersion: passes.find(pass => pass.httpVersion !== undefined)?.httpVersion,
      proxyNextUpstream: passes.find(pass => pass.nextUpstream !== undefined)?.nextUpstream,
    }) as NginxConfig;
  }

  #readMain(directives: readonly NginxDirective[]): void {
    for (const directive of directives) {
      if (directive.name === 'error_log') this.#addErrorLog(directive, MAIN);
      if (directive.name !== 'http') continue;
      this.#readLevel(this.#files.expand(directive.children ?? []), 'http', NOTHING);
    }
  }

  /** A level's own settings first: NGINX does not mind if they stand below the blocks that inherit them. */
  #readLevel(directives: readonly NginxDirective[], level: string, around: Inherited): void {
    if (around.levels > MAX_LEVELS) return;
    const settings = new Map(around.settings);
    let hasAccessLog = around.hasAccessLog;
    for (const directive of directives) {
      const { name, args } = directive;
      if (PASS_SETTING.test(name)) settings.set(name, args.join(' '));
      else if (name === 'access_log') hasAccessLog = this.#addAccessLog(directive, level);
      else if (name === 'error_log') this.#addErrorLog(directive, level);
      else if (name === 'log_format') this.#addFormat(args);
      else if (name === 'upstream' && directive.children) this.#addUpstream(directive);
    }
    const inherited: Inherited = { settings, hasAccessLog, levels: around.levels + 1 };
    for (const directive of directives) {
      const protocol = PASS.exec(directive.name)?.[1];
      if (protocol !== undefined) this.#addPass(directive, protocol, level, inherited);
      if (directive.children === undefined || !LEVEL_BLOCKS.has(directive.name)) continue;
      const children = this.#files.expand(directive.children);
      this.#readLevel(children, `${level}/${this.#levelName(directive, children)}`, inherited);
    }
  }

  #levelName({ name, args }: NginxDirective, children: readonly NginxDirective[]): string {
    if (name === 'server') {
      const serverName = children.find(child => child.name === 'server_name')?.args[0];
      return `server#${++this.#servers}${serverName ? `(${serverName.slice(0, 255)})` : ''}`;
    }
    return name === 'if' ? `if#${++this.#conditions}` : `${name} ${args.join(' ').slice(0, 1000)}`;
  }

  #addAccessLog({ args, lineText }: NginxDirective, level: string): true {
    const [target = 'off', ...rest] = args;
    const named = rest[0] !== undefined && !/^(?:(?:buffer|flush|if)=|gzip(?:=|$))/.test(rest[0]);
    const style = (named ? rest[0] : undefined) ?? 'combined';
    this.#accessLogs.push({
      target,
      style,
      buffered: rest.some(word => /^(?:buffer=|gzip(?:=|$)|flush=)/.test(word)),
      ...(rest.some(word => word.startsWith('if=')) && { conditional: true }),
      level,
      line: this.#line(lineText),
    });
    return true;
  }

  #addErrorLog({ args, lineText }: NginxDirective, level: string): void {
    const [target, style = 'error'] = args;
    if (target === undefined) return;
    this.#errorLogs.push({ target, style, buffered: false, level, line: this.#line(lineText) });
  }

  #addFormat([name, ...parts]: readonly string[]): void {
    if (name === undefined) return;
    const mode = /^escape=(default|json|none)$/.exec(parts[0] ?? '')?.[1];
    this.#formats.set(name, {
      template: (mode === undefined ? parts : parts.slice(1)).join(''),
      escape: mode === 'json' || mode === 'none' ? mode : 'default',
    });
  }

  #addUpstream({ args, lineText, children = [] }: NginxDirective): void {
    const name = args[0];
    if (name === undefined) return;
    const servers: string[] = [];
    let keepalive: number | undefined;
    for (const directive of this.#files.expand(children)) {
      const first = directive.args[0];
      if (directive.name === 'server' && first !== undefined) servers.push(first);
      if (directive.name === 'keepalive' && /^\d{1,9}$/.test(first ?? '')) keepalive = Number(first);
    }
    const line = this.#line(lineText);
    this.#upstreams.set(name, keepalive === undefined ? { servers, line } : { servers, keepalive, line });
  }

  #addPass(
    { args, lineText }: NginxDirective,
    protocol: string,
    level: string,
    { settings, hasAccessLog }: Inherited,
  ): void {
    if (args[0] === undefined) return;
    const setting = (name: string) => settings.get(`${protocol}_${name}`);
    const pass = known({
      target: passTarget(args[0]),
      level,
      line: this.#line(lineText),
      readTimeoutMs: nginxDurationMs(setting('read_timeout')),
      connectTimeoutMs: nginxDurationMs(setting('connect_timeout')),
      httpVersion: setting('http_version'),
      nextUpstream: setting('next_upstream'),
    });
    this.#passes.push({ pass: pass as ProxyPass, protocol });
    this.#needsDefaultAccessLog ||= !hasAccessLog;
  }
}

/** `http://app/x` gives `app`, `http://unix:/run/a.sock:/x` gives `unix:/run/a.sock`; variables stay text. */
function passTarget(url: string): string {
  const bare = url.slice(0, 4096).replace(/^\$?\w{2,40}:\/\//, '');
  if (bare.startsWith('unix:')) {
    const end = bare.indexOf(':', 'unix:'.length);
    return end < 0 ? bare : bare.slice(0, end);
  }
  const address = bare.split('/', 1)[0] ?? '';
  // "127.0.0.1:8000$request_uri": the address ends where the variable begins.
  return /^([^$]{1,255}:\d{1,5})\$/.exec(address)?.[1] ?? address;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** NGINX time: `60` (seconds), `500ms`, `1m`, `1m 30s`. Undefined for anything else. */
function nginxDurationMs(value: string | undefined): number | undefined {
  if (value === undefined || value === '' || value.length > 64) return undefined;
  let total = 0;
  for (const part = /(\d{1,10})(ms|[smhdw])? ?/y; part.lastIndex < value.length; ) {
    const match = part.exec(value);
    if (match === null) return undefined;
    total += Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? 1000);
  }
  return total;
}
