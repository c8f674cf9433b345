import type { ServiceGrowth } from '../../growth/growth-finding.ts';
import type { GrowthLooks } from '../../workflows/warning-ports.ts';
import type { Session } from './session.ts';

/** The last look at each service. A look that is older than the one that is kept changes nothing. */
export class GrowthLookStore implements GrowthLooks {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async keep(growth: ServiceGrowth): Promise<void> {
    const body = JSON.stringify(growth);
    await this.#session.write(db =>
      db
        .insertInto('growth_look')
        .values({ service: growth.service, at_ms: growth.atMs, body })
        .onConflict(conflict =>
          conflict
            .column('service')
            .doUpdateSet({ at_ms: growth.atMs, body })
            .where('growth_look.at_ms', '<=', growth.atMs),
        )
        .execute(),
    );
  }

  async all(): Promise<readonly ServiceGrowth[]> {
    const rows = await this.#session.db.selectFrom('growth_look').select('body').orderBy('service').execute();
    return rows.map(({ body }): ServiceGrowth => JSON.parse(body));
  }
}
