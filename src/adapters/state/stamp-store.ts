import type { Stamp, Stamps } from '../../workflows/state-ports.ts';
import type { Session } from './session.ts';

/** Where our messages stand. A key that is kept again stands where it was kept last. */
export class StampStore implements Stamps {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(key: string): Promise<Stamp | undefined> {
    return this.#session.db
      .selectFrom('stamp')
      .select(['key', 'incident_id as incidentId', 'channel', 'ts'])
      .where('key', '=', key)
      .executeTakeFirst();
  }

  async keep(stamp: Stamp): Promise<void> {
    const { channel, ts } = stamp;
    await this.#session.write(db =>
      db
        .insertInto('stamp')
        .values({ key: stamp.key, incident_id: stamp.incidentId, channel, ts })
        .onConflict(conflict => conflict.column('key').doUpdateSet({ channel, ts }))
        .execute(),
    );
  }
}
