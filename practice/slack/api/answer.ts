import { type Problem, problemText } from '../blocks/problem.ts';
import type { MethodError } from './method.ts';

/** A refusal by one of Slack's error words. */
export function refusal(error: string, more: Readonly<Record<string, unknown>> = {}): MethodError {
  return { ok: false, error, ...more };
}

/** `invalid_arguments` with what is wrong, as Slack lists it. */
export function invalidArguments(...messages: readonly string[]): MethodError {
  return refusal('invalid_arguments', { response_metadata: { messages: messages.map(errorLine) } });
}

/** A required argument is absent or of the wrong kind. */
export function missingArgument(name: string): MethodError {
  return invalidArguments(`missing required field: ${name}`);
}

/** Blocks of a message: both lists that chat.postMessage answers with. */
export function invalidBlocks(problems: readonly Problem[]): MethodError {
  const errors = problems.map(problemText);
  return refusal('invalid_blocks', { errors, response_metadata: { messages: errors.map(errorLine) } });
}

/** A view that views.open and its kin refuse. */
export function invalidView(problems: readonly Problem[]): MethodError {
  return invalidArguments(...problems.map(problemText));
}

/** The refusal of a call whose token lacks a scope. */
export function missingScope(needed: readonly string[], provided: ReadonlySet<string>): MethodError {
  return refusal('missing_scope', { needed: needed.join(','), provided: [...provided].join(',') });
}

/** Tells a refusal from a value. */
export function isRefusal(value: unknown): value is MethodError {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}

const errorLine = (text: string) => `[ERROR] ${text}`;
