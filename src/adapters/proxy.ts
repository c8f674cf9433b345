import { type Dispatcher, EnvHttpProxyAgent, setGlobalDispatcher } from 'undici';

export interface Proxy {
  /** The variable that names it, for the log. */
  readonly variable: string;
  /** For Socket Mode, which does not look for the global dispatcher. */
  readonly dispatcher: Dispatcher;
}

/** In the order in which they win for https and wss. */
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/**
 * Sends every fetch (Web API, uploads, response URLs) through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * name, and answers with what Socket Mode is to be given for the same; undefined where there is no proxy. Call it
 * before the first request. SSH never goes through it.
 * @throws when a variable holds no address of an HTTP proxy
 */
export function useProxy(environment: NodeJS.ProcessEnv): Proxy | undefined {
  const [https, http] = [addressOf(environment, 0), addressOf(environment, 2)];
  const chosen = https ?? http;
  if (chosen === undefined) return undefined;
  const dispatcher = new EnvHttpProxyAgent({
    httpsProxy: chosen.address,
    // An empty text is no proxy; undefined would have the agent look into the environment itself.
    httpProxy: http?.address ?? '',
    noProxy: environment.no_proxy ?? environment.NO_PROXY ?? '',
  });
  setGlobalDispatcher(dispatcher);
  return { variable: chosen.variable, dispatcher };
}

function addressOf(environment: NodeJS.ProcessEnv, first: number) {
  const variable = VARIABLES.slice(first, first + 2).find(name => environment[name]);
  if (variable === undefined) return undefined;
  const given = environment[variable] ?? '';
  const address = given.includes('://') ? given : `http://${given}`;
  // What it holds is not shown: it may hold a password.
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new Error(
      `${variable} does not name an HTTP proxy: expected an address such as http://proxy.example.com:3128.`,
    );
  return { variable, address };
}
