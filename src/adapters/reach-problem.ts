import { listeningProblem } from './listening-problem.ts';
import type { Settings } from './settings.ts';
import { slackProblem } from './slack-problem.ts';

/** Why Slack's deliveries cannot be taken, for the operator. */
export function reachProblem(error: unknown, { slack: { apiUrl, receiver } }: Settings): unknown {
  if (receiver.kind === 'socket') return slackProblem(error, apiUrl, 'SLACK_APP_TOKEN');
  return listeningProblem(error, receiver.address, 'Set STAUNCH_HTTP_HOST or STAUNCH_HTTP_PORT.') ?? error;
}
