import { refusal } from './answer.ts';
import { TIER } from './call-limiter.ts';
import type { ApiMethod } from './method.ts';

/** auth.test: a bot token is told who it is, an app token which app. Its limit is "hundreds a minute". */
export const authTest: ApiMethod = {
  name: 'auth.test',
  scopes: [],
  token: 'any',
  limit: { perMinute: 600 },
  run(call, workspace) {
    const { app, appId, seed } = workspace;
    if (call.token === 'app') return { ok: true, app_name: app.name, app_id: appId };
    return {
      ok: true,
      url: `${call.origin}/`,
      team: seed.team.name,
      user: app.botName,
      team_id: seed.team.id,
      user_id: workspace.botUserId,
      bot_id: workspace.botId,
      is_enterprise_install: false,
    };
  },
};

/**
 * apps.connections.open. What Slack answers when Socket Mode is off is not documented; its own error for apps
 * that may not use this method is `forbidden_team`.
 */
export const connectionsOpen: ApiMethod = {
  name: 'apps.connections.open',
  scopes: [],
  token: 'app',
  limit: TIER.one,
  run(call, workspace) {
    if (!workspace.app.socketMode || call.openSocket === undefined) return refusal('forbidden_team');
    return { ok: true, url: call.openSocket() };
  },
};
