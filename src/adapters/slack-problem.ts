/** What went wrong when Slack was called first, in words for the operator, with what to try. */
export function slackProblem(error: unknown, apiUrl: string, tokenVariable: string): Error {
  const { code, data, original } = error as {
    code?: unknown;
    data?: { error?: unknown };
    original?: unknown;
  };
  if (code === 'slack_webapi_platform_error') {
    const said = String(data?.error);
    const advice = OF_SLACK[said] ?? 'docs/slack.md says where the token comes from and what it needs.';
    return new Error(`Slack does not accept ${tokenVariable} (${said}). ${advice}`, { cause: error });
  }
  const reason = deepest(original ?? error);
  return new Error(
    `Slack cannot be reached at ${apiUrl} (${reason}). Try: curl -sS ${apiUrl}api.test; behind a proxy set HTTPS_PROXY (docs/deploy.md).`,
    { cause: error },
  );
}

const REISSUE = 'Copy it again from your app at api.slack.com, or reinstall the app to get a new one.';
/** Errors of auth.test and apps.connections.open. Source: docs.slack.dev, both methods' pages. */
const OF_SLACK: Readonly<Record<string, string>> = {
  invalid_auth: REISSUE,
  not_authed: REISSUE,
  token_revoked: REISSUE,
  token_expired: REISSUE,
  account_inactive: 'The app was removed from the workspace: install it again.',
  not_allowed_token_type:
    'It is a token of another kind: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with xapp-.',
  missing_scope:
    'Give the app-level token the scope connections:write (Basic Information, App-Level Tokens).',
  org_login_required: 'The workspace is moving to an organisation; try again when that is done.',
  team_access_not_granted: 'An admin of the organisation must approve the app for this workspace.',
};

/** `fetch failed` says nothing: the reason is at the end of the chain of causes. */
function deepest(error: unknown): string {
  let found = error;
  for (let step = 0; step < 5 && found instanceof Error && found.cause !== undefined; step++)
    found = found.cause;
  if (found instanceof AggregateError && found.message === '') found = found.errors[0];
  return found instanceof Error ? found.message || found.name : String(found);
}
