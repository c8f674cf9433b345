import { EnvHttpProxyAgent, setGlobalDispatcher } from 'undici';

/**
 * Sends all traffic to Slack, Web API and socket, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * name. Answers with the variable that decided, undefined where there is none. Call it before the first request.
 */
export function useProxy(environment: NodeJS.ProcessEnv): string | undefined {
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find(key => environment[key]);
  // fetch and undici's WebSocket, which carries Socket Mode, look for the same global dispatcher.
  if (name !== undefined) setGlobalDispatcher(new EnvHttpProxyAgent());
  return name;
}
