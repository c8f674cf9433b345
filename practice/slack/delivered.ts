import type { DeliveryRecord } from './deliveries.ts';

/** What a person sees of what they did. */
export interface Delivered {
  readonly acked: boolean;
  /** From sending to the acknowledgement. */
  readonly ackMs?: number;
  /** What Slack shows when it did not work. */
  readonly problem?: string;
  /** The body of the acknowledgement. */
  readonly response?: unknown;
  /** Messages at the inputs of a modal that stays open, by block id. */
  readonly errors?: Readonly<Record<string, string>>;
}

export const refused = (problem: string): Delivered => ({ acked: false, problem });

/** Slack's word for a delivery that failed. */
export function failureOf({ carried }: DeliveryRecord): string {
  const late = carried.acked || carried.why === 'timeout' || carried.why === 'cut';
  return late ? 'operation_timeout' : 'dispatch_failed';
}

/** What a person sees of a delivery; nobody tells them of an event that the app missed. */
export function deliveredAs(record: DeliveryRecord, problem?: string): Delivered {
  const { carried, ackMs } = record;
  if (!carried.acked) return problem === undefined ? { acked: false } : refused(problem);
  return { acked: true, ackMs, ...(carried.body === undefined ? {} : { response: carried.body }) };
}
