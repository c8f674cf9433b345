import type { Inbox } from '../../workflows/state-ports.ts';
import type { Session } from './session.ts';

/** What was delivered to us: the primary key decides who was first. */
export class InboxStore implements Inbox {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async claim(key: string, atMs: number): Promise<boolean> {
    return this.#session.write(async db => {
      const claimed = await db
        .insertInto('inbox')
        .values({ key, claimed_at_ms: atMs })
        .onConflict(conflict => conflict.doNothing())
        .returning('key')
        .executeTakeFirst();
      return claimed !== undefined;
    });
  }
}
