import type { Workspace } from '../workspace.ts';

/** Slack's answer as the app reads it: `ok` and either the result or Slack's own error word. */
export type MethodAnswer = { readonly ok: true; readonly [field: string]: unknown } | MethodError;

export interface MethodError {
  readonly ok: false;
  readonly error: string;
  readonly [field: string]: unknown;
}

export interface MethodCall {
  /** Parsed from JSON or from a form whose fields `blocks`, `view`, `metadata`, … are JSON texts. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly token: 'bot' | 'app';
  /** `http://127.0.0.1:PORT`, for upload URLs and permalinks. */
  readonly origin: string;
  /** Makes the address of a new Socket Mode connection, for apps.connections.open. */
  readonly openSocket?: () => string;
}

/** How often a method may be called; Slack tolerates short bursts above the rate. */
export interface MethodLimit {
  readonly perMinute: number;
  /** Calls at once after a pause; `perMinute` when absent. */
  readonly burst?: number;
  /** chat.postMessage: counted for each channel as well. */
  readonly perChannelPerSecond?: number;
}

/** One method of the Web API as far as Staunch uses it. */
export interface ApiMethod {
  readonly name: string;
  /** Any one of these scopes is enough; empty when the method needs none. */
  readonly scopes: readonly string[];
  readonly token: 'bot' | 'app' | 'any';
  readonly limit: MethodLimit;
  run(call: MethodCall, workspace: Workspace): MethodAnswer;
}
