import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readDeclaration } from '../../../practice/slack/declaration.ts';

const command = { command: '/ask', description: 'Asks' };
const shortcut = { name: 'Ask', type: 'global', callback_id: 'ask', description: 'Asks' };
const good = {
  display_information: { name: 'Asker', background_color: '#123456' },
  features: {
    app_home: { home_tab_enabled: true },
    bot_user: { display_name: 'asker' },
    slash_commands: [{ ...command, usage_hint: '[what]' }],
    shortcuts: [shortcut],
  },
  oauth_config: { scopes: { bot: ['commands', 'app_mentions:read'] } },
  settings: {
    event_subscriptions: { bot_events: ['app_mention'] },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};

describe('a manifest', () => {
  it('says what the app may do', () => {
    expect(readDeclaration(good)).toEqual({
      ok: true,
      app: {
        name: 'Asker',
        botName: 'asker',
        color: '#123456',
        scopes: new Set(['commands', 'app_mentions:read']),
        commands: [{ command: '/ask', description: 'Asks', usageHint: '[what]' }],
        shortcuts: [{ name: 'Ask', type: 'global', callbackId: 'ask', description: 'Asks' }],
        events: new Set(['app_mention']),
        interactivity: true,
        homeTab: true,
        messagesTab: 'off',
        socketMode: true,
      },
    });
  });

  it('of Staunch is one that Slack takes', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../manifest.yml'), 'utf8');
    const read = readDeclaration(parse(text));
    expect(read).toMatchObject({
      ok: true,
      app: { name: 'Staunch', socketMode: true, homeTab: true, messagesTab: 'open' },
    });
    expect(read.ok && read.app.scopes.size).toBeLessThanOrEqual(9);
  });

  it('of a name alone allows nothing', () => {
    expect(readDeclaration({ display_information: { name: 'Idle' } })).toMatchObject({
      ok: true,
      app: { botName: 'Idle', scopes: new Set(), commands: [], homeTab: false, socketMode: false },
    });
  });

  it.each([
    ['what is no object', 'text', ['the manifest: must provide an object']],
    ['no name', { ...good, display_information: {} }, ['display_information: missing required field: name']],
    [
      'a name of 36 characters',
      { ...good, display_information: { name: 'x'.repeat(36) } },
      ['display_information.name: must be less than 36 characters'],
    ],
    ['an unknown part', { ...good, scopes: [] }, ['the manifest: invalid additional property: scopes']],
    [
      'shortcuts among settings',
      { ...good, settings: { ...good.settings, shortcuts: [] } },
      ['settings: invalid additional property: shortcuts'],
    ],
    [
      'an empty list of commands',
      { ...good, features: { ...good.features, slash_commands: [] } },
      ['features.slash_commands: no less than 1 items allowed'],
    ],
    [
      'a command without a slash',
      { ...good, features: { ...good.features, slash_commands: [{ ...command, command: 'ask' }] } },
      ['features.slash_commands.0.command: must match the expected format'],
    ],
    [
      'a command of 33 characters',
      {
        ...good,
        features: { ...good.features, slash_commands: [{ ...command, command: `/${'x'.repeat(32)}` }] },
      },
      ['features.slash_commands.0.command: must be less than 33 characters'],
    ],
    [
      'a command twice',
      { ...good, features: { ...good.features, slash_commands: [command, command] } },
      ['features.slash_commands: /ask is there twice'],
    ],
    [
      'a shortcut twice',
      { ...good, features: { ...good.features, shortcuts: [shortcut, shortcut] } },
      ['features.shortcuts: the callback_id ask is there twice'],
    ],
    [
      'an unknown kind of shortcut',
      { ...good, features: { ...good.features, shortcuts: [{ ...shortcut, type: 'local' }] } },
      ['features.shortcuts.0.type: unsupported type: local'],
    ],
    [
      'a short long description',
      { ...good, display_information: { name: 'x', long_description: 'x'.repeat(173) } },
      ['display_information.long_description: must be more than 173 characters'],
    ],
    [
      'commands and an event without their scopes, and scopes without a bot',
      { ...good, features: { slash_commands: [command] }, oauth_config: { scopes: { bot: ['chat:write'] } } },
      [
        'features.bot_user: an app with bot scopes needs one, with a display_name',
        'features: commands and shortcuts need the scope commands; list it under oauth_config.scopes.bot',
        'settings.event_subscriptions.bot_events: app_mention needs the scope app_mentions:read; list it under oauth_config.scopes.bot',
      ],
    ],
    [
      'no addresses without Socket Mode',
      { ...good, settings: { ...good.settings, socket_mode_enabled: false } },
      [
        'features.slash_commands.0: the url of /ask is missing; give one, or set settings.socket_mode_enabled',
        'settings.event_subscriptions.request_url is missing; give one, or set settings.socket_mode_enabled',
        'settings.interactivity.request_url is missing; give one, or set settings.socket_mode_enabled',
      ],
    ],
  ])('is refused for %s', (_what, manifest, problems) => {
    expect(readDeclaration(manifest)).toEqual({ ok: false, problems });
  });

  it('may be anything without making the reading throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(readDeclaration(value).ok).toBe(false);
      }),
    );
  });
});
