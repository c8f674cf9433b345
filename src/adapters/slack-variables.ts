/** A variable for Slack that is set, with the kind of what it holds: never the value. */
export interface SlackVariableKind {
  readonly name: string;
  readonly holds: string;
}

/** Each variable for a secret, and the name under which the Slack CLI hands it over. */
const SECRETS: readonly (readonly [name: string, ofCli?: string])[] = [
  ['SLACK_BOT_TOKEN', 'SLACK_CLI_XOXB'],
  ['SLACK_APP_TOKEN', 'SLACK_CLI_XAPP'],
  ['SLACK_SIGNING_SECRET'],
];

/** How tokens of each kind begin. Source: docs.slack.dev/authentication/tokens */
const KINDS: readonly (readonly [begins: RegExp, what: string])[] = [
  [/^xoxb-/, 'a bot token (xoxb-)'],
  [/^xapp-/, 'an app-level token (xapp-)'],
  [/^xoxp-/, 'the token of a person (xoxp-)'],
  [/^xoxe\.xoxb-/, 'a bot token that expires (xoxe.xoxb-)'],
  [/^xoxe\.xoxp-/, 'the token of a person or of app configuration (xoxe.xoxp-)'],
  [/^xoxe-/, 'a refresh token (xoxe-)'],
  [/^xwfp-/, 'the token of a workflow (xwfp-)'],
  [/^xox[cd]-/, "what a browser holds of somebody's login (xoxc-, xoxd-)"],
  [/^xoxa-/, 'an old workspace token (xoxa-)'],
  [/^[0-9a-f]{32}$/, '32 characters of 0-9 and a-f, as a signing or client secret has'],
];

/** Which secrets for Slack are set, and of which kind each is. Files that variables name are not opened here. */
export function slackVariables(environment: NodeJS.ProcessEnv): readonly SlackVariableKind[] {
  return SECRETS.flatMap(([name, ofCli]): readonly SlackVariableKind[] => {
    if (environment[`${name}_FILE`])
      return [{ name: `${name}_FILE`, holds: `names the file ${environment[`${name}_FILE`]}` }];
    if (environment[name]) return [{ name, holds: kindOf(environment[name]) }];
    const handed = ofCli === undefined ? undefined : environment[ofCli];
    return handed ? [{ name: `${name}, as ${ofCli}`, holds: kindOf(handed) }] : [];
  });
}

function kindOf(value: string): string {
  if (/^\s|\s$|^["']|["']$/.test(value)) return 'a value with spaces or quotes around it: take them away';
  return KINDS.find(([begins]) => begins.test(value))?.[1] ?? 'nothing that Slack gives out';
}
